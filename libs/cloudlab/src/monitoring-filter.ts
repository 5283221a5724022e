import { badParameter } from './monitoring-problem.ts';

/** What of a time series a filter looks at. */
export interface Filtered {
  readonly metric: { readonly labels: Readonly<Record<string, string>> };
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
}

/** A filter: the one metric that it is for, and whether a series of it is meant. */
export interface SeriesFilter {
  readonly metricType: string;
  matches(series: Filtered): boolean;
}

const SUPPORTED =
  'This cloud takes comparisons joined by AND: metric.type = "...", resource.type = "...", and metric.labels.X or ' +
  'resource.labels.X with =, != or : and a "text", one_of("a", "b"), starts_with("a"), ends_with("a"), ' +
  'has_substring("a") or monitoring.regex.full_match("a.*").';

const TOKEN =
  /\s*(?:([a-z][a-z_.0-9]*)\s*(!=|=|:)\s*|(AND)\b|((?:monitoring\.regex\.full_match|one_of|starts_with|ends_with|has_substring))\s*\(\s*|([,)])|("(?:[^"\\]|\\.)*"))\s*/y;

interface Comparison {
  readonly field: string;
  readonly operator: '=' | '!=' | ':';
  readonly test: (value: string) => boolean;
  /** The text that it is compared with for equality, when it is. */
  readonly text: string | undefined;
}

/** Reads the filter of `timeSeries.list`. @throws MonitoringProblem 400 that says what is not understood */
export function readFilter(source: string | undefined): SeriesFilter {
  if (source === undefined || source.trim() === '')
    throw badParameter('filter', `it is missing. Give metric.type = "...". ${SUPPORTED}`);
  const comparisons = parse(source);
  const types = comparisons.filter(({ field }) => field === 'metric.type');
  const [type] = types;
  if (types.length !== 1 || type?.text === undefined || type.operator !== '=')
    throw badParameter('filter', `"${source}" must name exactly one metric by metric.type = "...". ${SUPPORTED}`);
  const rest = comparisons.filter((each) => each !== type);
  return {
    metricType: type.text,
    matches: (series) =>
      rest.every(({ field, operator, test }) => {
        const value = fieldOf(series, field);
        return operator === '!=' ? !test(value) : test(value);
      }),
  };
}

function parse(source: string): Comparison[] {
  const refuse = (at: number) =>
    badParameter('filter', `"${source}" cannot be read from "${source.slice(at).trim()}" on. ${SUPPORTED}`);
  const comparisons: Comparison[] = [];
  let at = 0;
  const next = (): RegExpExecArray => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(source);
    if (found === null) throw refuse(at);
    at = TOKEN.lastIndex;
    return found;
  };
  while (at < source.length) {
    const start = at;
    const [, field, operator] = next();
    if (field === undefined || (operator !== '=' && operator !== '!=' && operator !== ':')) throw refuse(start);
    if (!/^(metric\.type|resource\.type|(metric|resource)\.labels?\.[a-z_0-9]+)$/.test(field)) throw refuse(start);
    const valueAt = at;
    const [, , , , name, , quoted] = next();
    if (quoted !== undefined) {
      const text = unquote(quoted);
      const test = operator === ':' ? (value: string) => value.includes(text) : (value: string) => value === text;
      comparisons.push({ field, operator, test, text });
    } else if (name !== undefined && operator !== ':') {
      const texts: string[] = [];
      for (;;) {
        const [, , , , , mark, text] = next();
        if (text !== undefined) texts.push(unquote(text));
        else if (mark === ')') break;
        else if (mark !== ',') throw refuse(valueAt);
      }
      const test = functionOf(name, texts);
      if (test === undefined) throw refuse(valueAt);
      comparisons.push({ field, operator, test, text: undefined });
    } else throw refuse(valueAt);
    if (at >= source.length) break;
    const joinAt = at;
    if (next()[3] === undefined) throw refuse(joinAt);
  }
  return comparisons;
}

function functionOf(name: string, texts: readonly string[]): ((value: string) => boolean) | undefined {
  const [text] = texts;
  if (text === undefined) return undefined;
  if (name === 'one_of') return (value) => texts.includes(value);
  if (texts.length > 1) return undefined;
  switch (name) {
    case 'starts_with':
      return (value) => value.startsWith(text);
    case 'ends_with':
      return (value) => value.endsWith(text);
    case 'has_substring':
      return (value) => value.includes(text);
    default: {
      let pattern: RegExp;
      try {
        pattern = new RegExp(`^(?:${text})$`);
      } catch {
        throw badParameter('filter', `"${text}" is not a regular expression.`);
      }
      return (value) => pattern.test(value);
    }
  }
}

function fieldOf({ metric, resource }: Filtered, field: string): string {
  if (field === 'resource.type') return resource.type;
  const [side, , label = ''] = field.split('.');
  return (side === 'metric' ? metric.labels : resource.labels)[label] ?? '';
}

const unquote = (quoted: string): string => quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
