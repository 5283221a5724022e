import type { Node } from './ast.ts';
import { ExpressionError } from './error.ts';
import { type Token, tokenize } from './lexer.ts';
import { Double, Float } from './values.ts';

/** Operators from the loosest to the tightest; words and signs mean the same. Comparisons and powers do not chain. */
const LEVELS: readonly Readonly<Record<string, string>>[] = [
  { '||': '||', or: '||' },
  { '&&': '&&', and: '&&' },
  {
    ...{ '==': '==', '!=': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
    ...{ eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' },
    ...{ matches: 'matches', between: 'between', instanceof: 'instanceof' },
  },
  { '+': '+', '-': '-' },
  { '*': '*', '/': '/', '%': '%', div: '/', mod: '%' },
  { '^': '^' },
];
const CHAINED = new Set([0, 1, 3, 4]);

const SELECTIONS: Readonly<Record<string, 'all' | 'first' | 'last' | 'project'>> = {
  '.?[': 'all',
  '.^[': 'first',
  '.$[': 'last',
  '.![': 'project',
};

/** Where each part of an expression is written: from, and to (exclusive). */
export type Spans = Map<Node, readonly [number, number]>;

/** Reads one expression (without `${}`); `spans` is filled where it is given. @throws ExpressionError naming the place. */
export function parse(text: string, maxDepth: number, spans?: Spans): Node {
  const parser = new Parser(tokenize(text), maxDepth, spans);
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #maxDepth: number;
  readonly #spans: Spans | undefined;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], maxDepth: number, spans: Spans | undefined) {
    this.#tokens = tokens;
    this.#spans = spans;
    this.#maxDepth = maxDepth;
  }

  whole(): Node {
    const node = this.#expression();
    const token = this.#peek();
    if (token.kind !== 'end') throw new ExpressionError(`"${token.text}" is not expected here`, token.at);
    return node;
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** The node, which is written from a token's place to here. */
  #from(start: number, node: Node): Node {
    this.#spans?.set(node, [start, this.#tokens[this.#at - 1]?.end ?? start]);
    return node;
  }

  #isSymbol(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'symbol' && token.text === text;
  }

  #accept(text: string): boolean {
    if (!this.#isSymbol(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    const token = this.#peek();
    if (!this.#accept(text))
      throw new ExpressionError(
        `"${text}" is missing ${token.kind === 'end' ? 'at the end' : `in front of "${token.text}"`}`,
        token.at,
      );
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > this.#maxDepth)
      throw new ExpressionError(`The expression is nested deeper than ${this.#maxDepth}`, this.#peek().at);
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }

  #expression(): Node {
    return this.#deeper(() => {
      const start = this.#peek().at;
      const value = this.#binary(0);
      if (this.#accept('?:')) return this.#from(start, { kind: 'elvis', value, otherwise: this.#expression() });
      if (!this.#accept('?')) return value;
      const then = this.#expression();
      this.#expect(':');
      return this.#from(start, { kind: 'ternary', condition: value, then, otherwise: this.#expression() });
    });
  }

  #binary(level: number): Node {
    const operators = LEVELS[level];
    if (!operators) return this.#unary();
    const start = this.#peek().at;
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.#peek();
      const word = token.kind === 'name' ? token.text.toLowerCase() : token.kind === 'symbol' ? token.text : '';
      const operator = Object.hasOwn(operators, word) ? operators[word] : undefined;
      if (operator === undefined) return left;
      this.#at++;
      left = this.#from(start, { kind: 'binary', operator, left, right: this.#binary(level + 1), at: token.at });
      if (!CHAINED.has(level)) return left;
    }
  }

  #unary(): Node {
    const token = this.#peek();
    const not = token.kind === 'name' && token.text.toLowerCase() === 'not' && this.#peek(1).text !== '.';
    if (not || (token.kind === 'symbol' && ['!', '-', '+'].includes(token.text))) {
      this.#at++;
      const operator = not ? '!' : (token.text as '!' | '-' | '+');
      return this.#deeper(() => this.#from(token.at, { kind: 'unary', operator, operand: this.#unary() }));
    }
    return this.#postfix();
  }

  #postfix(): Node {
    const start = this.#peek().at;
    let node = this.#from(start, this.#primary());
    for (let length = 0; ; length++) {
      if (length > 1_000) throw new ExpressionError('The chain is longer than 1000 steps', this.#peek().at);
      const token = this.#peek();
      if (token.kind !== 'symbol') return node;
      if (token.text === '.' || token.text === '?.') {
        this.#at++;
        node = this.#from(start, this.#member(node, token.text === '?.'));
      } else if (token.text === '[') {
        this.#at++;
        const index = this.#expression();
        this.#expect(']');
        node = this.#from(start, { kind: 'index', target: node, index, at: token.at });
      } else {
        const safe = token.text.startsWith('?.');
        const which = SELECTIONS[safe ? token.text.slice(1) : token.text];
        if (which === undefined) return node;
        this.#at++;
        const inner = this.#expression();
        this.#expect(']');
        node = this.#from(
          start,
          which === 'project'
            ? { kind: 'project', target: node, value: inner, safe, at: token.at }
            : { kind: 'select', target: node, which, condition: inner, safe, at: token.at },
        );
      }
    }
  }

  #member(target: Node, safe: boolean): Node {
    const token = this.#take();
    if (token.kind !== 'name') throw new ExpressionError('A name is missing after the dot', token.at);
    if (!this.#accept('(')) return { kind: 'property', target, name: token.text, safe, at: token.at };
    return { kind: 'method', target, name: token.text, args: this.#list(')'), safe, at: token.at };
  }

  #primary(): Node {
    const token = this.#take();
    if (token.kind === 'number') return { kind: 'literal', value: numberOf(token) };
    if (token.kind === 'string') return { kind: 'literal', value: token.text };
    if (token.kind === 'name') return this.#named(token);
    if (token.text === '(') {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    if (token.text === '{') return this.#braces();
    if (token.text === '#') {
      const name = this.#take();
      if (name.kind !== 'name') throw new ExpressionError('A name is missing after #', name.at);
      if (!this.#accept('(')) return { kind: 'variable', name: name.text, at: token.at };
      return { kind: 'function', name: name.text, args: this.#list(')'), at: token.at };
    }
    throw new ExpressionError(
      token.kind === 'end' ? 'The expression ends too early' : `"${token.text}" is not expected here`,
      token.at,
    );
  }

  #named(token: Token): Node {
    const word = token.text;
    const lower = word.toLowerCase();
    if (lower === 'true' || lower === 'false') return { kind: 'literal', value: lower === 'true' };
    if (lower === 'null') return { kind: 'literal', value: null };
    if (lower === 'new' && this.#peek().kind === 'name') return this.#made(token.at);
    if (word === 'T' && this.#accept('(')) {
      const name = this.#qualified();
      this.#expect(')');
      return { kind: 'type', name, at: token.at };
    }
    if (this.#accept('('))
      return { kind: 'method', target: undefined, name: word, args: this.#list(')'), safe: false, at: token.at };
    return { kind: 'name', name: word, at: token.at };
  }

  /** `a.b.C` */
  #qualified(): string {
    const parts: string[] = [];
    do {
      const token = this.#take();
      if (token.kind !== 'name') throw new ExpressionError('The name of a type is missing', token.at);
      parts.push(token.text);
    } while (this.#accept('.'));
    return parts.join('.');
  }

  #made(at: number): Node {
    const name = this.#qualified();
    if (this.#accept('(')) return { kind: 'new', name, args: this.#list(')'), at };
    this.#expect('[');
    const size = this.#isSymbol(']') ? undefined : this.#expression();
    this.#expect(']');
    const items = this.#accept('{') ? this.#list('}') : undefined;
    if (size === undefined && items === undefined)
      throw new ExpressionError('The array needs a size, or items such as {1, 2}', at);
    return { kind: 'array', name, size, items, at };
  }

  /** `{1,2}` is a list, `{a:1}` a map, `{:}` an empty map. */
  #braces(): Node {
    if (this.#accept(':')) {
      this.#expect('}');
      return { kind: 'map', entries: [] };
    }
    if (this.#accept('}')) return { kind: 'list', items: [] };
    const first = this.#expression();
    if (!this.#accept(':')) {
      const rest = this.#accept(',') ? this.#list('}') : (this.#expect('}'), []);
      return { kind: 'list', items: [first, ...rest] };
    }
    const entries: [Node, Node][] = [[keyOf(first), this.#expression()]];
    while (this.#accept(',')) {
      const key = this.#expression();
      this.#expect(':');
      entries.push([keyOf(key), this.#expression()]);
    }
    this.#expect('}');
    return { kind: 'map', entries };
  }

  #list(close: string): Node[] {
    const items: Node[] = [];
    if (this.#accept(close)) return items;
    do items.push(this.#expression());
    while (this.#accept(','));
    this.#expect(close);
    return items;
  }
}

/** A bare name as a map's key is its text. */
function keyOf(node: Node): Node {
  return node.kind === 'name' ? { kind: 'literal', value: node.name } : node;
}

/** `12` is an int, `12L` a long, `1.5` and `1e3` doubles, `1.5f` a float, `0x1F` an int. */
function numberOf(token: Token): number | bigint | Double | Float {
  const text = token.text;
  const hex = /^0x/i.test(text);
  if (/l$/i.test(text) && !/[.e]/i.test(hex ? '' : text)) return within(BigInt(text.slice(0, -1)), 64, token);
  if (!hex && /f$/i.test(text)) return new Float(finite(Number(text.slice(0, -1)), token));
  if (!hex && /[d.e]/i.test(text)) return new Double(finite(Number(text.replace(/d$/i, '')), token));
  return Number(within(BigInt(text), 32, token));
}

function within(value: bigint, bits: number, token: Token): bigint {
  if (value >= 2n ** BigInt(bits - 1))
    throw new ExpressionError(
      `${token.text} is too large for a number of ${bits} bits${bits === 32 ? `; write ${token.text}L` : ''}`,
      token.at,
    );
  return value;
}

function finite(value: number, token: Token): number {
  if (!Number.isFinite(value)) throw new ExpressionError(`${token.text} is too large`, token.at);
  return value;
}
