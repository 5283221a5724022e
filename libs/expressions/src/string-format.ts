import { ExpressionError } from './error.ts';
import type { Budget } from './limits.ts';
import { numberText, numeric, type Numeric } from './numbers.ts';
import { ownText } from './text.ts';
import { isNull, kindOf } from './values.ts';

const PLACE = /%(?:(\d{1,3})\$)?([-#+ 0,(]*)(\d{1,6})?(?:\.(\d{1,3}))?([a-zA-Z%])/y;

/**
 * A text by a format of java.util.Formatter: `%s %d %x %o %f %e %b %c %n %%` with flags, width and precision.
 * @throws ExpressionError for a format that cannot be read, or a value that does not fit it.
 */
export function formatText(format: string, args: readonly unknown[], budget: Budget): string {
  let result = '';
  let next = 0;
  for (let at = 0; at < format.length;) {
    const percent = format.indexOf('%', at);
    const end = percent < 0 ? format.length : percent;
    result = budget.sized(result + format.slice(at, end));
    if (percent < 0) break;
    PLACE.lastIndex = percent;
    const found = PLACE.exec(format);
    if (!found) throw new ExpressionError(`The format cannot be read at "${format.slice(percent, percent + 20)}"`);
    const [whole, place, flags = '', width, precision, letter = ''] = found;
    at = percent + whole.length;
    if (letter === '%' || letter === 'n') {
      result += letter === 'n' ? '\n' : '%';
      continue;
    }
    const index = place === undefined ? next++ : Number(place) - 1;
    if (index < 0 || index >= args.length) throw new ExpressionError(`The format's "${whole}" has no value`);
    const text = one(letter, args[index], flags, precision === undefined ? undefined : Number(precision), budget);
    const least = Number(width ?? 0);
    if (least > budget.limits.size) throw new ExpressionError(`The format's "${whole}" is too wide`);
    const zeros = flags.includes('0') && /^[+-]?[\d.]+/.test(text);
    const padded = flags.includes('-')
      ? text.padEnd(least)
      : zeros
        ? text.replace(
            /^([+-]?)(.*)$/s,
            (_all, sign: string, rest: string) => sign + rest.padStart(least - sign.length, '0'),
          )
        : text.padStart(least);
    result = budget.sized(result + padded);
  }
  budget.skim(result.length);
  return result;
}

function one(letter: string, value: unknown, flags: string, precision: number | undefined, budget: Budget): string {
  const upper = letter === letter.toUpperCase();
  const text = plain(letter.toLowerCase(), value, flags, precision, budget);
  return upper ? text.toUpperCase() : text;
}

function plain(letter: string, value: unknown, flags: string, precision: number | undefined, budget: Budget): string {
  if (letter === 's') return ownText(value, budget).slice(0, precision);
  if (letter === 'b') return String(typeof value === 'boolean' ? value : !isNull(value));
  if (isNull(value)) return 'null';
  if (letter === 'c' && typeof value === 'string' && value.length === 1) return value;
  const number = numeric(value);
  const fits = number && ('doxc'.includes(letter) ? isWhole(number) : 'fe'.includes(letter) && !isWhole(number));
  if (!number || !fits) throw new ExpressionError(`The format's %${letter} does not fit ${kindOf(value)}`);
  if (letter === 'c') return String.fromCodePoint(Math.max(0, Math.min(0x10ffff, Number(number.value))));
  if (letter === 'x') return unsigned(number).toString(16);
  if (letter === 'o') return unsigned(number).toString(8);
  const value2 = Number(number.value);
  const digits =
    letter === 'd'
      ? numberText(number)
      : letter === 'f'
        ? value2.toFixed(Math.min(precision ?? 6, 100))
        : value2.toExponential(Math.min(precision ?? 6, 100)).replace(/e([+-])(\d)$/, 'e$10$2');
  const grouped = flags.includes(',')
    ? digits.replace(/^([+-]?\d+)/, (head) => head.replace(/\B(?=(\d{3})+$)/g, ','))
    : digits;
  return flags.includes('+') && !grouped.startsWith('-') ? `+${grouped}` : grouped;
}

function isWhole(number: Numeric): boolean {
  return number.kind === 'int' || number.kind === 'long';
}

function unsigned(number: Numeric): bigint {
  return BigInt.asUintN(number.kind === 'long' ? 64 : 32, BigInt(number.value));
}
