import { ExpressionError } from './error.ts';

export type TokenKind = 'number' | 'string' | 'name' | 'symbol' | 'end';

/** A word of an expression. `text` is a string literal's content, unescaped. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
  /** Where it ends, exclusive. */
  readonly end: number;
}

/** Longest first, so that `?.?[` is not read as `?`. */
const SYMBOLS = [
  ...['?.?[', '?.![', '?.^[', '?.$['],
  ...['.?[', '.![', '.^[', '.$['],
  ...['==', '!=', '<=', '>=', '&&', '||', '?:', '?.', '++', '--'],
  ...'+-*/%^<>!?:.,()[]{}#=@&|'.split(''),
];

const NUMBER = /^(?:0[xX][0-9a-fA-F]+[lL]?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[lLfFdD]?)/;
const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*/u;

/** Splits an expression into words. @throws ExpressionError at what is none. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    if (char === "'" || char === '"') {
      const { content, end } = stringAt(text, at);
      tokens.push({ kind: 'string', text: content, at, end });
      at = end;
      continue;
    }
    const rest = text.slice(at, at + 256);
    const number = NUMBER.exec(rest)?.[0];
    const name = NAME.exec(rest)?.[0];
    const found = number ?? name ?? SYMBOLS.find((symbol) => rest.startsWith(symbol));
    if (found === undefined) throw new ExpressionError(`"${char}" is not understood`, at);
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'symbol';
    tokens.push({ kind, text: found, at, end: at + found.length });
    at += found.length;
  }
  tokens.push({ kind: 'end', text: '', at: text.length, end: text.length });
  return tokens;
}

/** A quoted text; the quote doubled stands for itself. Backslashes are plain characters. */
function stringAt(text: string, start: number): { content: string; end: number } {
  const quote = text.charAt(start);
  let content = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) !== quote) content += text.charAt(at);
    else if (text.charAt(at + 1) === quote) {
      content += quote;
      at++;
    } else return { content, end: at + 1 };
  }
  throw new ExpressionError(`The text that begins here has no closing ${quote}`, start);
}
