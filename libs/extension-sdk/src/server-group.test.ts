import { type ServerGroup, serverGroupSchema } from '@gennaker/contracts/clouddriver';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUp, neededUp, upState } from './server-group-health.ts';
import { older, resolveTarget } from './server-group-target.ts';

const group = (sequence: number, isDisabled: boolean, extra: object = {}): ServerGroup =>
  serverGroupSchema.parse({
    name: `app-v00${sequence}`,
    account: 'a',
    region: 'r',
    cluster: 'app',
    application: 'app',
    cloudProvider: 'gce',
    type: 'gce',
    createdTime: sequence,
    isDisabled,
    moniker: { app: 'app', cluster: 'app', sequence },
    capacity: { min: 2, max: 2, desired: 2 },
    instanceCounts: { total: 0, up: 0, down: 0, starting: 0, outOfService: 0, unknown: 0 },
    instances: [],
    loadBalancers: [],
    seenAt: 0,
    ...extra,
  });
const made = (sequence: number) => ({
  account: 'a',
  region: 'r',
  cluster: 'app',
  serverGroupName: `app-v00${sequence}`,
});
const named = (answer: ReturnType<typeof resolveTarget>) => ('group' in answer ? answer.group.name : answer.problem);

test('current is what this execution deployed, or else the newest', () => {
  const groups = [group(0, false), group(1, true), group(2, true)];
  expect(named(resolveTarget(groups, 'current_asg_dynamic', [], []))).toBe('app-v002');
  expect(named(resolveTarget(groups, 'current_asg_dynamic', [made(1)], []))).toBe('app-v001');
  // Somebody destroyed it meanwhile.
  expect(named(resolveTarget(groups, 'current_asg_dynamic', [made(7)], []))).toBe('app-v002');
});

test('ancestor is the newest enabled one before current, and stays the same within an execution', () => {
  const leftover = [group(0, false), group(1, true), group(2, false)];
  expect(named(resolveTarget(leftover, 'ancestor_asg_dynamic', [made(2)], []))).toBe('app-v000');
  const after = [group(0, true), group(1, true), group(2, false)];
  const resolved = [
    { account: 'a', region: 'r', target: 'ancestor_asg_dynamic', serverGroupName: 'app-v000', current: 'app-v002' },
  ];
  expect(named(resolveTarget(after, 'ancestor_asg_dynamic', [made(2)], resolved))).toBe('app-v000');
  expect(named(resolveTarget(after, 'ancestor_asg_dynamic', [made(2)], []))).toBe('app-v001');
  expect(named(resolveTarget([group(0, false)], 'ancestor_asg_dynamic', [], []))).toContain('nothing is older');
  expect(named(resolveTarget([], 'oldest_asg_dynamic', [], []))).toContain('no server group');
  expect(named(resolveTarget(after, 'nonsense', [], []))).toContain('is no target');
});

test('a clean-up never touches what this execution deployed, nor anything newer', () => {
  const sequences = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(sequences, fc.integer({ min: 0, max: 9 }), (all, own) => {
      const free = older(
        all.map((n) => group(n, false)),
        [made(own)],
      );
      if (all.includes(own)) expect(free.every((candidate) => candidate.createdTime < own)).toBe(true);
      else expect(free).toHaveLength(all.length);
    }),
  );
});

test('instances that must be up', () => {
  expect([neededUp(4, 100), neededUp(4, 50), neededUp(3, 1), neededUp(0, 100)]).toEqual([4, 2, 1, 0]);
});

test('who counts as up', () => {
  const instance = (
    health: { type: string; healthClass?: string; state: 'Up' | 'Down' | 'Unknown' | 'Starting' }[],
  ) => ({
    id: 'i',
    name: 'i',
    healthState: 'Unknown' as const,
    health,
  });
  const platform = { type: 'Google', healthClass: 'platform', state: 'Unknown' as const };
  expect(isUp(instance([platform]), null)).toBe(false);
  expect(isUp(instance([platform]), ['Google'])).toBe(true);
  expect(isUp(instance([{ ...platform, state: 'Starting' }]), ['Google'])).toBe(false);
  expect(isUp(instance([platform, { type: 'LoadBalancer', state: 'Up' }]), null)).toBe(true);
  expect(isUp(instance([platform, { type: 'LoadBalancer', state: 'Down' }]), null)).toBe(false);
  expect(isUp(instance([]), [])).toBe(true);
  const state = upState(group(0, false, { instances: [instance([platform])] }), 2, 100, null);
  expect(state).toMatchObject({ enough: false, up: 0, needed: 2 });
  expect(state.reason.summary).toBe(
    '0 of 2 instances of app-v000 are up, 2 are needed. 1 not made yet; i: no load balancer has found it healthy yet',
  );
});

test('a wait is hopeless when the instances that can still come up are not enough', () => {
  const instance = (name: string) => ({
    id: name,
    name,
    healthState: 'Starting' as const,
    health: [{ type: 'Google', state: 'Starting' as const }],
  });
  const problem = (name: string, lasting: boolean) => ({
    instance: name,
    kind: lasting ? 'quota' : 'unavailable',
    code: 'CODE',
    message: 'In words.',
    lasting,
  });
  const stateOf = (problems: object[], percentage: number) =>
    upState(group(0, false, { instances: [instance('i'), instance('j')], problems }), 2, percentage, null);
  expect(stateOf([], 100).hopeless).toBe(false);
  expect(stateOf([problem('i', false)], 100).hopeless).toBe(false);
  expect(stateOf([problem('i', true)], 50).hopeless).toBe(false);
  expect(stateOf([problem('i', true)], 100)).toMatchObject({
    hopeless: true,
    reason: { next: expect.stringContaining('raise the quota'), evidence: { problems: [{ instance: 'i' }] } },
  });
  expect(stateOf([problem('i', true), problem('j', true)], 50).hopeless).toBe(true);
});

test.each([
  ['addresses', 'the subnet has no free address'],
  ['precondition', 'a policy of the organisation forbids it'],
])('of a lasting problem of kind %s it says what somebody has to do: %s', (kind, next) => {
  const health = [{ type: 'Google', state: 'Starting' as const }];
  const instances = [{ id: 'i', name: 'i', healthState: 'Starting' as const, health }];
  const problems = [{ instance: 'i', kind, code: 'CODE', message: 'In words.', lasting: true }];
  expect(upState(group(0, false, { instances, problems }), 1, 100, null)).toMatchObject({
    hopeless: true,
    reason: { next: expect.stringContaining(next) },
  });
});
