import { expect, it } from 'vitest';
import { stepsOf } from './steps.ts';

const names: Readonly<Record<string, unknown>> = { parameters: { n: 4, list: [1, 2, 3, 4, 5, 6] } };
const steps = (text: string) => stepsOf(text, { lookup: (name) => names[name] });

it('tells each part with its value, inner ones first', () => {
  expect(steps('v${ parameters.n + (1 + 2) } ${missing}')).toEqual([
    { text: 'parameters', value: names['parameters'] },
    { text: 'parameters.n', value: 4 },
    { text: '(1 + 2)', value: 3 },
    { text: 'parameters.n + (1 + 2)', value: 7 },
    { text: 'missing', value: null },
  ]);
});

it('tells only what is evaluated', () => {
  expect(steps('${true ? parameters.n : parameters.other.x}').map(({ text }) => text)).not.toContain(
    'parameters.other',
  );
});

it('tells where it failed, and why', () => {
  expect(steps('${parameters.nothing.here}').find(({ error }) => error !== undefined)).toEqual({
    text: 'parameters.nothing.here',
    error: expect.stringContaining('null') as string,
  });
  expect(steps('${1 +}')).toMatchObject([{ text: '1 +', error: expect.stringContaining('ends') as string }]);
  expect(steps('${a')).toMatchObject([{ error: expect.stringContaining('brace') as string }]);
});

it('shows the first elements of many, and the beginning of what is large', () => {
  expect(steps('${parameters.list.?[#this > 2]}').filter(({ text }) => text === '#this > 2')).toHaveLength(3);
  const [large] = stepsOf('${text}', { lookup: () => 'x'.repeat(10_000) });
  expect(String(large?.value).length).toBeLessThan(2_100);
});
