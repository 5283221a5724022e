import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isObject } from './difference.ts';
import { planOf, sentenceOf } from './ensure.ts';
import type { Wanted } from './wanted.ts';

const service = (fields: Record<string, unknown>, initial: Record<string, unknown> = {}): Wanted => ({
  place: { collection: 'backendServices', region: 'r', name: 'bs' },
  fields,
  initial,
});
const rule = (fields: Record<string, unknown>): Wanted => ({
  place: { collection: 'forwardingRules', region: 'global', name: 'fr' },
  fields,
});

test('what is absent is made, with what a new one has besides', () => {
  const wanted = service({ sessionAffinity: 'CLIENT_IP' }, { protocol: 'TCP' });
  const plan = planOf(null, wanted);
  expect(plan).toEqual({ act: 'make' });
  expect(sentenceOf(plan, wanted)).toBe('Makes backend service bs (r) (protocol TCP, sessionAffinity CLIENT_IP).');
});

test('an existing one keeps what is not asked for, and what it has already in other words', () => {
  const current = {
    protocol: 'HTTP',
    sessionAffinity: 'NONE',
    healthChecks: ['https://www.googleapis.com/compute/v1/projects/p/global/healthChecks/hc'],
    connectionDraining: { drainingTimeoutSec: 30, _drainingTimeoutSec: 'drainingTimeoutSec' },
    portName: null,
  };
  const wanted = service(
    {
      healthChecks: ['projects/p/global/healthChecks/hc'],
      connectionDraining: { drainingTimeoutSec: 30 },
      portName: '',
    },
    { protocol: 'TCP', sessionAffinity: 'CLIENT_IP' },
  );
  expect(planOf(current, wanted)).toEqual({ act: 'keep' });
});

test('what differs is changed in place, with the values to go back to', () => {
  const wanted = service({ sessionAffinity: 'CLIENT_IP', timeoutSec: 10 });
  const plan = planOf({ sessionAffinity: 'NONE', timeoutSec: 10, backends: [{ group: 'g' }] }, wanted);
  expect(plan).toEqual({ act: 'change', before: { sessionAffinity: 'NONE' }, after: { sessionAffinity: 'CLIENT_IP' } });
  expect(sentenceOf(plan, wanted)).toBe('Changes backend service bs (r): sessionAffinity from NONE to CLIENT_IP.');
});

test('of an object only what is wanted is changed, and the undo brings back exactly what there was', () => {
  const check = { port: 8080, host: 'a.example', requestPath: '/' };
  expect(planOf({ httpHealthCheck: check }, service({ httpHealthCheck: { requestPath: '/up' } }))).toEqual({
    act: 'change',
    before: { httpHealthCheck: check },
    after: { httpHealthCheck: { ...check, requestPath: '/up' } },
  });
});

test('a forwarding rule is turned to another target in place, and made anew for another port', () => {
  expect(planOf({ target: 'projects/p/a', portRange: '80-80' }, rule({ target: 'projects/p/b' })).act).toBe('change');
  expect(planOf({ target: 'projects/p/a', portRange: '80-80' }, rule({ portRange: '81-81' })).act).toBe('replace');
});

const value = fc.oneof(
  fc.constantFrom('NONE', 'CLIENT_IP', ''),
  fc.integer({ min: 0, max: 9 }),
  fc.array(fc.constantFrom('projects/p/a', 'projects/p/b'), { maxLength: 3 }),
  fc.record({ port: fc.integer({ min: 0, max: 9 }), host: fc.constantFrom('a', 'b') }, { requiredKeys: [] }),
);
const fieldsOf = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), value);

test('what a change leads to needs no further change, and holds what else an object held; its undo leads to what there was', () => {
  fc.assert(
    fc.property(fieldsOf, fieldsOf, (current, wanted) => {
      const plan = planOf(current, service(wanted));
      if (plan.act !== 'change') return plan.act === 'keep';
      const after = { ...current, ...plan.after };
      expect(planOf(after, service(wanted))).toEqual({ act: 'keep' });
      for (const [field, held] of Object.entries(plan.before))
        if (isObject(held) && !Array.isArray(held) && isObject(wanted[field]) && !Array.isArray(wanted[field]))
          expect(after[field]).toEqual({ ...held, ...wanted[field] });
      expect(planOf({ ...after, ...plan.before }, service(current))).toEqual({ act: 'keep' });
      return true;
    }),
  );
});
