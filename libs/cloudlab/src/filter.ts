import { CloudProblem } from './problem.ts';

type Predicate = (item: unknown) => boolean;

const TOKEN = /\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(!=|<=|>=|=|<|>|:)|([^\s()=<>!:"']+))/y;

interface Token {
  readonly type: 'open' | 'close' | 'operator' | 'word' | 'text';
  readonly text: string;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.trimEnd().length) {
    const match = TOKEN.exec(source);
    if (match === null) throw refuse(source, 'it cannot be read from there on');
    const [, open, close, double, single, operator, word] = match;
    if (open !== undefined) tokens.push({ type: 'open', text: open });
    else if (close !== undefined) tokens.push({ type: 'close', text: close });
    else if (operator !== undefined) tokens.push({ type: 'operator', text: operator });
    else if (word !== undefined) tokens.push({ type: 'word', text: word });
    else tokens.push({ type: 'text', text: (double ?? single ?? '').replaceAll(/\\(.)/g, '$1') });
  }
  return tokens;
}

/**
 * Compiles a list filter: `name = X`, `name eq REGEX`, `labels.k = v`, `a:*`, `(a) AND (b)`, `OR`, `NOT`.
 * @throws CloudProblem 400 when the text is not a filter
 */
export function compileFilter(source: string | undefined): Predicate {
  if (source === undefined || source.trim() === '') return () => true;
  const tokens = tokenize(source);
  let position = 0;
  const peek = (): Token | undefined => tokens[position];
  const isWord = (text: string): boolean => {
    const token = peek();
    return token?.type === 'word' && token.text.toUpperCase() === text;
  };

  function any(): Predicate {
    const parts = [all()];
    while (isWord('OR')) {
      position++;
      parts.push(all());
    }
    return (item) => parts.some((part) => part(item));
  }
  function all(): Predicate {
    const parts = [one()];
    for (;;) {
      if (isWord('AND')) position++;
      else if (peek() === undefined || peek()?.type === 'close' || isWord('OR')) break;
      parts.push(one());
    }
    return (item) => parts.every((part) => part(item));
  }
  function one(): Predicate {
    if (isWord('NOT')) {
      position++;
      const inner = one();
      return (item) => !inner(item);
    }
    if (peek()?.type === 'open') {
      position++;
      const inner = any();
      if (peek()?.type !== 'close') throw refuse(source ?? '', 'a closing parenthesis is missing');
      position++;
      return inner;
    }
    return comparison();
  }
  function comparison(): Predicate {
    const field = tokens[position++];
    const operator = tokens[position++];
    const value = tokens[position++];
    if (field?.type !== 'word' || operator === undefined || value === undefined) {
      throw refuse(source ?? '', 'a comparison is field, operator, value');
    }
    return compare(field.text, operator.text, value.text);
  }

  const predicate = any();
  if (position < tokens.length) throw refuse(source, `'${tokens[position]?.text ?? ''}' was not expected`);
  return predicate;

  function compare(field: string, operator: string, value: string): Predicate {
    const read = (item: unknown): string | undefined => lookUp(item, field.split('.'));
    const pattern = (text: string): RegExp => {
      try {
        return new RegExp(`^(?:${text})$`);
      } catch (cause) {
        throw refuse(source ?? '', `'${text}' is not a regular expression (${String(cause)})`);
      }
    };
    const wildcard = (text: string): RegExp => new RegExp(`^${text.split('*').map(escapeRegExp).join('.*')}$`, 's');
    switch (operator.toLowerCase()) {
      case 'eq': {
        const wanted = pattern(value);
        return (item) => wanted.test(read(item) ?? '');
      }
      case 'ne': {
        const wanted = pattern(value);
        return (item) => !wanted.test(read(item) ?? '');
      }
      case '=':
        return (item) => wildcard(value).test(read(item) ?? '');
      case '!=':
        return (item) => !wildcard(value).test(read(item) ?? '');
      case ':':
        return (item) => {
          const found = read(item);
          if (value === '*') return found !== undefined;
          return found !== undefined && wildcard(`*${value}*`).test(found);
        };
      case '<':
        return (item) => order(read(item), value) < 0;
      case '<=':
        return (item) => order(read(item), value) <= 0;
      case '>':
        return (item) => order(read(item), value) > 0;
      case '>=':
        return (item) => order(read(item), value) >= 0;
      default:
        throw refuse(source ?? '', `the operator '${operator}' is not known`);
    }
  }
}

function refuse(source: string, why: string): CloudProblem {
  return new CloudProblem(
    400,
    'invalid',
    `Invalid value for field 'filter': '${source}'. Invalid list filter expression: ${why}.`,
  );
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function lookUp(item: unknown, keys: readonly string[]): string | undefined {
  let value: unknown = item;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = new Map(Object.entries(value)).get(key);
  }
  return value === undefined || value === null ? undefined : String(value);
}

function order(found: string | undefined, value: string): number {
  if (found === undefined) return Number.NaN;
  const [a, b] = [Number(found), Number(value)];
  if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b;
  return found < value ? -1 : found > value ? 1 : 0;
}
