import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ExpressionError } from './error.ts';
import { evaluate } from './evaluate.ts';
import { resolve } from './resolve.ts';

/** How many inputs; `FUZZ=1000000` for the long run. */
const RUNS = Number(process.env['FUZZ'] ?? 4_000);

const names: Readonly<Record<string, unknown>> = {
  s: 'aB-c',
  n: 17,
  d: 1.5,
  b: true,
  l: [1, 'x', null, [2]],
  m: { k: 'v', 'a b': { c: [1, 2] } },
  big: 5_000_000_000,
  nothing: null,
  execution: { stages: [{ id: '1', name: 'Wait', refId: '1', status: 'SUCCEEDED', context: {}, outputs: {} }] },
  trigger: { artifacts: [{ name: 'a', type: 't' }] },
};
const scope = { lookup: (name: string): unknown => (Object.hasOwn(names, name) ? names[name] : undefined) };

/** Words of the language, and words that must lead nowhere. */
const word = fc.constantFrom(
  ...['s', 'n', 'd', 'b', 'l', 'm', 'big', 'nothing', 'execution', 'trigger', '#root', '#this', 'zz', 'T', 'new'],
  ...['class', 'constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'process', 'call'],
  ...['1', '0', '2147483647', '1L', '1.5', '1e308', '0xFF', "'x'", '"y"', "''", 'true', 'false', 'null', "'(a+)+$'"],
  ...['+', '-', '*', '/', '%', '^', '==', '!=', '<', '>', '<=', '>=', '&&', '||', '!', '?', ':', '?:', '?.', '.', ','],
  ...[
    'and',
    'or',
    'not',
    'eq',
    'matches',
    'between',
    'instanceof',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '.?[',
    '.![',
    '.^[',
    '.$[',
  ],
  ...['.length()', '.size()', ".split('-')", '.repeat(99999999)', ".replaceAll('(.*)', '$1$1$1$1')", '.keySet()'],
  ...[
    "T(String).format('%999999d', 1)",
    'T(Math).pow(2,99)',
    'new String[999999999]',
    'new java.util.Date(1)',
    '=',
    '++',
  ],
  ...["#stage('Wait')", '#toJson(', "#readJson('[1]')", "#readYaml('a: &a [*a]')", '#toInt(', '#nope(', '#toBase64('],
  ...['T(java.time.LocalDate).now()', '.plusDays(1)', 'T(java.lang.Runtime)', '@bean', '&f', ' '],
);
const input = fc.oneof(
  { weight: 6, arbitrary: fc.array(word, { maxLength: 14 }).map((words) => words.join('')) },
  { weight: 3, arbitrary: fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);

it('whatever is written, it ends with plain data or an ExpressionError', { timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(input, (text) => {
      try {
        const value = evaluate(text, scope, { now: 0, seed: 'fuzz', unknownKeys: 'error' });
        expect(value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value)).toBe(true);
        expect(value).toEqual(JSON.parse(JSON.stringify(value)));
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
      }
    }),
    { numRuns: RUNS },
  );
});

it('resolving never throws, and leaves a text without expressions as it is', { timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(input, fc.string({ unit: 'binary', maxLength: 20 }), (inner, around) => {
      const text = `${around}\${${inner}}${around}`;
      const { value, problems } = resolve({ text, [text]: [text] }, scope, { now: 0, seed: 'fuzz' });
      expect(typeof value).toBe('object');
      for (const problem of problems) expect(problem.description).toContain('Failed to evaluate');
      const plain = around.replaceAll('${', '');
      expect(resolve(plain, scope).value).toBe(plain);
    }),
    { numRuns: RUNS / 4 },
  );
});

it('what is evaluated is never changed', () => {
  const before = JSON.stringify(names);
  fc.assert(
    fc.property(input, (text) => {
      resolve(`\${${text}}`, scope, { now: 0, seed: 'fuzz' });
      expect(JSON.stringify(names)).toBe(before);
    }),
    { numRuns: 500 },
  );
});
