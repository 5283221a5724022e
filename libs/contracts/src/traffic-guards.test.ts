import { expect, test } from 'vitest';
import { guardsOf, guardText, trafficGuardsSchema } from './traffic-guards.ts';

const guard = (more: object) => ({ account: 'prod', location: 'eu', ...more });
const holds = (rule: object, stack?: string, detail?: string) =>
  guardsOf(trafficGuardsSchema.parse([rule]), {
    account: 'prod',
    region: 'eu',
    moniker: { ...(stack ? { stack } : {}), ...(detail ? { detail } : {}) },
  }).length === 1;

test('a guard holds for the clusters that fit in account, location, stack and detail', () => {
  expect(holds(guard({ stack: 'main', detail: 'canary' }), 'main', 'canary')).toBe(true);
  expect(holds(guard({ stack: 'main', detail: 'canary' }), 'main')).toBe(false);
  expect(holds(guard({ stack: 'test', detail: 'canary' }), 'main', 'canary')).toBe(false);
  expect(holds({ ...guard({ stack: '*', detail: '*' }), account: 'test' }, 'main')).toBe(false);
  expect(holds({ ...guard({ stack: '*', detail: '*' }), location: 'us' }, 'main')).toBe(false);
});

test('* stands for anything; no stack stands for clusters without one', () => {
  expect(holds({ account: '*', location: '*', stack: '*', detail: '*' }, 'main', 'canary')).toBe(true);
  expect(holds({ account: '*', location: '*', stack: '*', detail: '*' })).toBe(true);
  expect(holds(guard({}))).toBe(true);
  expect(holds(guard({ stack: null, detail: '' }))).toBe(true);
  expect(holds(guard({}), 'main')).toBe(false);
});

test('a guard that is switched off holds for nothing', () => {
  expect(holds(guard({ stack: '*', detail: '*', enabled: false }), 'main')).toBe(false);
});

test('what is wrong with a guard is told by its field, and unknown keys are kept', () => {
  const wrong = trafficGuardsSchema.safeParse([{ account: '', location: 'eu', minCapacityPercentage: 120 }]);
  expect(wrong.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
    '0.account: must be a name, or * for all of them',
    expect.stringContaining('0.minCapacityPercentage: '),
  ]);
  expect(trafficGuardsSchema.parse([guard({ owner: 'ops' })])).toMatchObject([{ owner: 'ops', enabled: true }]);
});

test('people read which clusters a guard is for', () => {
  const [rule] = trafficGuardsSchema.parse([guard({ stack: '*' })]);
  expect(rule && guardText(rule)).toBe('account prod, location eu, stack *, no detail');
});
