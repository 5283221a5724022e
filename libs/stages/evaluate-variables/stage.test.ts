import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateVariablesSchema } from './schema.ts';
import stage from './stage.ts';

/** Knows `${ name }` of the variables before, and nothing else. */
const evaluate = (text: string, more: Record<string, unknown> = {}) => {
  const problems: string[] = [];
  const whole = /^\$\{(\w+)\}$/.exec(text)?.[1];
  if (whole !== undefined && Object.hasOwn(more, whole)) return { value: more[whole], problems };
  const value = text.replaceAll(/\$\{(\w+)\}/g, (all, name: string) => {
    if (Object.hasOwn(more, name)) return String(more[name]);
    problems.push(`${name} is unknown`);
    return all;
  });
  return { value, problems };
};
const run = (variables: unknown) =>
  stage.tasks({} as never, {} as never)[0]?.run({
    context: evaluateVariablesSchema.parse({ variables }),
    evaluate,
    now: 5,
  } as never);

describe('evaluate variables', () => {
  it('has later ones see earlier ones, in texts and inside of JSON', async () => {
    const result = await run([
      { key: 'a', value: 1 },
      { key: 'b', value: 'v${a}' },
      { key: 'c', value: { list: ['${b}', '${a}'], on: true } },
    ]);
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      outputs: { a: 1, b: 'v1', c: { list: ['v1', 1], on: true } },
      context: { variables: [{}, { value: 'v1', sourceValue: 'v{a}' }, { sourceValue: { list: ['{b}', '{a}'] } }] },
    });
  });
  it('keeps what has no value as it is written, and names it', async () => {
    const result = await run([{ key: 'a', value: '${nothing}' }]);
    expect(result).toMatchObject({
      outputs: { a: '${nothing}' },
      context: { expressionEvaluationSummary: { '{nothing}': [{ description: 'nothing is unknown' }] } },
      reason: { summary: expect.stringContaining('{nothing}') },
    });
  });
  it('fills descriptions with what is known so far', async () => {
    const result = await run([
      { key: 'a', value: 1 },
      { key: 'b', value: 2, description: 'after ${a}' },
    ]);
    expect(result?.context).toMatchObject({ variables: [{ key: 'a' }, { value: 2, description: 'after 1' }] });
  });
  it('makes no property of a name that would change what objects are', async () => {
    const result = await run([{ key: '__proto__', value: { broken: true } }]);
    expect(result?.outputs).toEqual({});
    expect('broken' in {}).toBe(false);
  });
  it('starts again with exactly what was written, whatever that is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            key: fc.stringMatching(/^[a-z]{1,4}$/).filter((key) => key !== 'constructor'),
            value: fc.oneof(fc.jsonValue(), fc.constantFrom('${a}', '{ "x": "${b}" }', 'plain')),
            description: fc.constantFrom('plain', 'of ${a}', '${nothing}'),
          }),
          { maxLength: 5 },
        ),
        async (variables) => {
          const result = await run(variables);
          const again = stage.prepareForRestart?.({ context: { ...result?.context }, outputs: {} } as never);
          expect(again?.context['variables']).toEqual(variables);
          expect(again?.outputs).toEqual({});
        },
      ),
    );
  });
});
