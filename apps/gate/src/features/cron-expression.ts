import { badRequest, type ServiceError } from '@gennaker/contracts/error';

/** One field of a Quartz expression. */
interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of its values, the first one standing for `min`. */
  readonly words?: readonly string[];
  /** `H` may stand for a value that is spread over the schedules. */
  readonly spread?: true;
  /** What else it takes. */
  readonly special?: RegExp;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const FIELDS: readonly Field[] = [
  { name: 'second', min: 0, max: 59, spread: true },
  { name: 'minute', min: 0, max: 59, spread: true },
  { name: 'hour', min: 0, max: 23, spread: true },
  { name: 'day of month', min: 1, max: 31, special: /^(\?|LW?|L-\d{1,2}|\d{1,2}W)$/ },
  { name: 'month', min: 1, max: 12, words: MONTHS },
  {
    name: 'day of week',
    min: 1,
    max: 7,
    words: DAYS,
    special: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
  },
  { name: 'year', min: 1970, max: 2099 },
];
const DAY_OF_MONTH = 3;
const DAY_OF_WEEK = 5;

/**
 * Checks a schedule in Quartz's words (seconds first, six or seven fields) and says what it means.
 * @throws ServiceError 400 naming the field
 */
export function describeCron(expression: string): string {
  const parts = expression.trim().toUpperCase().split(/\s+/).filter(Boolean);
  if (parts.length < 6 || parts.length > 7)
    throw refused(
      `"${expression}" has ${parts.length} fields; a schedule has 6 or 7: ${FIELDS.map(({ name }) => name).join(', ')} (year may be left out)`,
      'write, for example, 0 0 10 ? * MON-FRI',
    );
  for (const [index, text] of parts.entries()) {
    const field = FIELDS[index];
    if (field) checkField(field, text);
  }
  if ((parts[DAY_OF_MONTH] === '?') === (parts[DAY_OF_WEEK] === '?'))
    throw refused(
      parts[DAY_OF_MONTH] === '?'
        ? 'Day of month and day of week are both "?": no day is chosen'
        : 'Day of month and day of week are both given: one of them has to be "?"',
      'write "?" for exactly one of the two',
    );
  const said = parts.flatMap((text, index) => {
    const field = FIELDS[index];
    return field && text !== '?' ? [words(field, text)] : [];
  });
  return said.join(', ');
}

function refused(message: string, fix: string): ServiceError {
  return badRequest(message, { field: 'expression', fix });
}

function checkField(field: Field, text: string): void {
  for (const item of text.split(',')) {
    if (item === '?' && field.special && text === item) continue;
    if (item !== '?' && field.special?.test(item)) continue;
    const [range = '', step, ...more] = item.split('/');
    const isStep = step === undefined || (/^\d{1,4}$/.test(step) && Number(step) > 0 && Number(step) <= field.max);
    if (more.length === 0 && isStep && isRange(field, range)) continue;
    throw refused(
      `"${item}" is no ${field.name}`,
      `use ${field.min} to ${field.max}${field.words ? ` or ${field.words[0]} to ${field.words.at(-1)}` : ''}, *, a-b, a/step, or a list of these`,
    );
  }
}

function isRange(field: Field, range: string): boolean {
  if (range === '*') return true;
  if (range === 'H') return field.spread === true;
  const spread = /^H\((\d{1,2})-(\d{1,2})\)$/.exec(range);
  const [from, to, ...more] = spread ? spread.slice(1) : range.split('-');
  if ((spread && !field.spread) || more.length > 0 || from === undefined) return false;
  const values = [from, ...(to === undefined ? [] : [to])].map((text) => valueOf(field, text));
  return values.every((value) => value !== undefined);
}

function valueOf({ min, max, words: names }: Field, text: string): number | undefined {
  const word = names?.indexOf(text) ?? -1;
  const value = word >= 0 ? word + min : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

function words(field: Field, text: string): string {
  if (text === '*') return `every ${field.name}`;
  const items = text.split(',').map((item) => {
    const [range = '', step] = item.split('/');
    const values = range === '*' || range === '' ? '' : range.replace('-', ' to ');
    if (step === undefined) return values;
    return `every ${step}${values === '' ? '' : ` from ${values}`}`;
  });
  return `${field.name} ${items.join(' and ')}`;
}
