import { badRequest } from '@gennaker/contracts/error';
import { refuseUnkeepable } from '@gennaker/contracts/keepable-json';

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /true|false|null/y;

class Scanner {
  at = 0;
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found !== null;
  }

  private space(): string {
    this.take(WHITESPACE);
    return this.text[this.at] ?? '';
  }

  /** What was expected where the text stops being JSON; undefined when it is JSON. */
  document(): string | undefined {
    const problem = this.value();
    if (problem !== undefined) return problem;
    return this.space() === '' ? undefined : 'nothing more';
  }

  /** Iterative, so that no nesting is too deep. */
  private value(): string | undefined {
    const open: ('[' | '{')[] = [];
    for (;;) {
      const next = this.space();
      if (next === '[' || next === '{') {
        this.at += 1;
        if (this.space() === (next === '[' ? ']' : '}')) this.at += 1;
        else {
          open.push(next);
          const problem = next === '{' ? this.key() : undefined;
          if (problem !== undefined) return problem;
          continue;
        }
      } else if (!this.take(STRING) && !this.take(NUMBER) && !this.take(LITERAL)) {
        return next === '"' ? 'a complete text in double quotes' : 'a value';
      }
      for (;;) {
        const around = open.at(-1);
        if (around === undefined) return undefined;
        const after = this.space();
        if (after === ',') {
          this.at += 1;
          const problem = around === '{' ? this.key() : undefined;
          if (problem !== undefined) return problem;
          break;
        }
        const close = around === '[' ? ']' : '}';
        if (after !== close) return `"," or "${close}"`;
        this.at += 1;
        open.pop();
      }
    }
  }

  private key(): string | undefined {
    this.space();
    if (!this.take(STRING)) return 'a key in double quotes';
    if (this.space() !== ':') return '":"';
    this.at += 1;
    return undefined;
  }
}

/** Where a text stops being JSON, and what was expected there; undefined for JSON. Line and column count from 1. */
export function jsonProblem(
  text: string,
): { position: number; line: number; column: number; expected: string; found: string } | undefined {
  const scanner = new Scanner(text);
  const expected = scanner.document();
  if (expected === undefined) return undefined;
  const position = scanner.at;
  const before = text.slice(0, position);
  return {
    position,
    line: before.split('\n').length,
    column: position - before.lastIndexOf('\n'),
    expected,
    found: position >= text.length ? 'the end' : JSON.stringify(text.slice(position, position + 12)),
  };
}

/**
 * Reads a JSON object from bytes and keeps the exact text.
 * @throws ServiceError 400 with line and column
 */
export function readJsonObject(bytes: Uint8Array): { text: string; document: Record<string, unknown> } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('The pipeline is not UTF-8 text', { field: 'body', fix: 'send it as UTF-8' });
  }
  const problem = jsonProblem(text);
  if (problem)
    throw badRequest(
      `The pipeline is not JSON: line ${problem.line}, column ${problem.column}: expected ${problem.expected}, found ${problem.found}`,
      { field: 'body', fix: 'correct the syntax at that place', ...problem },
    );
  const document: unknown = JSON.parse(text);
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    throw badRequest('A pipeline is a JSON object', { field: 'body', fix: 'send one object, {...}' });
  refuseUnkeepable('pipeline', document);
  return { text, document: document as Record<string, unknown> };
}
