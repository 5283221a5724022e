import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpressionError } from './error.ts';
import { evaluate } from './evaluate.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { resolve } from './resolve.ts';
import { partsOf } from './template.ts';

const root: Record<string, unknown> = {
  parameters: { version: '1.4.2', count: 3, go: true, 'my-tag': 'x', none: null },
  trigger: { buildInfo: { number: 12, artifacts: [{ fileName: 'a.deb' }, { fileName: 'b.deb' }] } },
  execution: {
    stages: [
      { id: 'S1', name: 'Bake', refId: '1', type: 'bake', status: 'SUCCEEDED', context: { ami: 'img-1' } },
      {
        id: 'S2',
        name: 'Ask',
        refId: '2',
        type: 'manualJudgment',
        status: 'SUCCEEDED',
        context: { judgmentInput: 'yes' },
      },
    ],
  },
  foo: 'bar',
};
const scope = { lookup: (name: string) => (Object.hasOwn(root, name) ? root[name] : undefined) };

describe('expressions', () => {
  it.each<[string, unknown]>([
    ["parameters.version + '-x'", '1.4.2-x'],
    ["parameters['my-tag']", 'x'],
    ['parameters.count * 2 + 1', 7],
    ['7 / 2', 3],
    ['7 / 2.5', 2.8],
    ['-3 % 2', -1],
    ["parameters.go ? 'a' : 'b'", 'a'],
    ["parameters.none ?: 'otherwise'", 'otherwise'],
    ["nothing?.at?.all ?: 'x'", 'x'],
    ['parameters.count >= 3 && !(parameters.count > 5)', true],
    ['parameters.count eq 3 or false', true],
    ["'abc' matches '[a-c]+'", true],
    ['foo.toUpperCase().substring(1)', 'AR'],
    ["foo.replaceAll('[ab]', '_')", '__r'],
    ["parameters.version.split('\\.')[1]", '4'],
    ['trigger.buildInfo.artifacts.size()', 2],
    ["trigger.buildInfo.artifacts.?[fileName.startsWith('b')][0].fileName", 'b.deb'],
    ['trigger.buildInfo.artifacts.![fileName]', ['a.deb', 'b.deb']],
    ["trigger.buildInfo.artifacts.^[fileName matches '.*deb']['fileName']", 'a.deb'],
    ["execution.stages.?[name == 'Bake' && #root.parameters.go][0]['context']['ami']", 'img-1'],
    ["#stage('Bake').status.toString()", 'SUCCEEDED'],
    ["#stage('Bake')['context']['ami']", 'img-1'],
    ["#stageExists('Nope')", false],
    ["#judgment('Ask') == 'yes'", true],
    ["#stageByRefId('2').name", 'Ask'],
    ["#alphanumerical('a-b_c1')", 'abc1'],
    ["#toInt('12') + 1", 13],
    ["#toFloat('1.5') * 2", 3],
    ['#readJson(\'{"a":[1]}\').a[0]', 1],
    ['#toJson(parameters.go)', 'true'],
    ["#fromBase64(#toBase64('hé'))", 'hé'],
    ['{1, 2, 3}.contains(2)', true],
    ["{a: 1, 'b': 2}['b']", 2],
    ["parameters.containsKey('count') and parameters.get('count') == 3", true],
    ["'it''s'", "it's"],
    ['null == nothing', true],
  ])('%s', (expression, value) => {
    expect(evaluate(expression, scope)).toEqual(value);
  });

  it.each([
    'parameters.count +',
    '(1',
    "'open",
    'nothing.at',
    'foo.nope()',
    '#nope()',
    'new java.util.Date()',
    'T(java.lang.Runtime).getRuntime()',
    '1 / 0',
    "foo.constructor('x')",
    'foo > 3',
    'trigger.buildInfo.artifacts[7]',
    "'x'.repeat(100000000)",
    "'(' matches '('",
    '#root',
    'parameters.count ? 1 : 2',
  ])('%s is refused with an ExpressionError', (expression) => {
    expect(() => evaluate(expression, scope)).toThrow(ExpressionError);
  });

  it.each(['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'process', 'globalThis'])(
    'no path to host objects: %s',
    (name) => {
      expect(evaluate(name, scope)).toBeNull();
      expect(evaluate(`parameters.${name}`, scope)).toBeNull();
      expect(evaluate(`parameters['${name}']`, scope)).toBeNull();
      expect(() => evaluate(`foo.${name}`, scope)).toThrow(ExpressionError);
      expect(evaluate(`{'${name}': 1}['${name}']`, scope)).toBe(1);
    },
  );

  it('counts steps, depth and length', () => {
    const limits = { ...DEFAULT_LIMITS, steps: 100, length: 2_000 };
    expect(() => evaluate(`{${'1,'.repeat(120)}1}`, scope, { limits })).toThrow(/steps/);
    expect(() => evaluate('('.repeat(500) + '1' + ')'.repeat(500), scope)).toThrow(/deeper/);
    expect(() => evaluate('!'.repeat(900) + 'true', scope)).toThrow(/deeper/);
    expect(() => evaluate(' '.repeat(3_000), scope, { limits })).toThrow(/characters/);
  });
});

describe('texts with expressions', () => {
  it('gives typed values for one expression, texts for more', () => {
    const { value, problems } = resolve(
      {
        n: '${parameters.count}',
        t: 'v${parameters.version}!',
        list: ['${parameters.go}'],
        '${foo}': 1,
        plain: '$5 {x}',
      },
      scope,
    );
    expect(problems).toEqual([]);
    expect(value).toEqual({ n: 3, t: 'v1.4.2!', list: [true], bar: 1, plain: '$5 {x}' });
  });
  it('keeps what has no value as it was written, and says why', () => {
    const { value, problems } = resolve({ a: '${nothing}', b: 'x${nothing.at}y${foo}', c: '${open' }, scope);
    expect(value).toEqual({ a: '${nothing}', b: 'x${nothing.at}ybar', c: '${open' });
    expect(problems).toEqual([
      { expression: '{nothing}', level: 'INFO', description: 'Failed to evaluate a: {nothing}: it has no value' },
      expect.objectContaining({ expression: 'x{nothing.at}y{foo}', level: 'ERROR' }),
      expect.objectContaining({ expression: '{open', level: 'ERROR' }),
    ]);
  });
  it('takes braces and quotes inside of expressions', () => {
    expect(partsOf("a${ {1,2}.size() }b${'}'}").map((part) => part.kind)).toEqual([
      'text',
      'expression',
      'text',
      'expression',
    ]);
    expect(resolve("${ '${x}' }", scope).value).toBe('${x}');
  });
});

describe('whatever is written', () => {
  const word = fc.constantFrom(
    ...[
      'foo',
      'parameters',
      '.',
      '?.',
      '[',
      ']',
      '(',
      ')',
      "'x'",
      '1',
      '2.5',
      '+',
      '-',
      '*',
      '/',
      '==',
      '&&',
      '!',
      '?',
      ':',
      '?:',
    ],
    ...[
      '.?[',
      '.![',
      '#root',
      '#this',
      '#stage',
      '{',
      '}',
      ',',
      'matches',
      'null',
      'true',
      'toString',
      '__proto__',
      'size',
      ' ',
      '"',
    ],
  );
  it('evaluation ends in a value or an ExpressionError, and resolve never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(word, { maxLength: 25 }).map((words) => words.join('')),
          fc.string({ maxLength: 80 }),
        ),
        (text) => {
          try {
            const value = evaluate(text, scope);
            expect(['string', 'number', 'boolean', 'object']).toContain(typeof value);
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
          }
          resolve({ [text]: [`\${${text}}`, text] }, scope);
        },
      ),
      { numRuns: 3_000 },
    );
  });
  it('changes nothing of what it reads', () => {
    const before = JSON.stringify(root);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 15 }), (words) => {
        resolve(`\${${words.join('')}}`, scope);
        return JSON.stringify(root) === before;
      }),
      { numRuns: 500 },
    );
  });
});
