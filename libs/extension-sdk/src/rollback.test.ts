import { type ServerGroup, serverGroupSchema } from '@gennaker/contracts/clouddriver';
import { describe, expect, it } from 'vitest';
import { chooseRollback, rollbackHealthyPercentage } from './rollback.ts';

const group = (name: string, createdTime: number, more: Partial<ServerGroup> = {}): ServerGroup =>
  serverGroupSchema.parse({
    name,
    account: 'lab',
    region: 'r',
    cluster: 'hello',
    application: 'hello',
    cloudProvider: 'gce',
    type: 'gce',
    createdTime,
    isDisabled: true,
    moniker: { app: 'hello', cluster: 'hello' },
    capacity: { min: 1, max: 1, desired: 1 },
    instanceCounts: { total: 0, up: 0, down: 0, starting: 0, outOfService: 0, unknown: 0 },
    instances: [],
    loadBalancers: [],
    seenAt: 0,
    ...more,
  });
const bad = (more: Partial<ServerGroup> = {}) => group('hello-v003', 3, { isDisabled: false, ...more });
const replaced = { previousServerGroup: { name: 'hello-v001', image: 'hello-1' } };
const why = (answer: ReturnType<typeof chooseRollback>): string =>
  'choice' in answer ? answer.choice.why : answer.problem;

describe('what a rollback restores', () => {
  it('is what the newest enabled server group is recorded to have replaced, also where another one is newer', () => {
    const groups = [bad(replaced), group('hello-v002', 2), group('hello-v001', 1)];
    expect(why(chooseRollback(groups))).toBe(
      'restores hello-v001: its image hello-1 is recorded as what hello-v003 replaced',
    );
  });

  it('is another one of that image, or a new one from it, where the recorded one is gone', () => {
    expect(why(chooseRollback([bad(replaced), group('hello-v000', 0, { image: 'hello-1' })]))).toBe(
      'restores hello-v000: it runs image hello-1, which hello-v003 replaced',
    );
    expect(chooseRollback([bad(replaced)])).toMatchObject({ choice: { type: 'PREVIOUS_IMAGE', image: 'hello-1' } });
  });

  it('is the next older one where nothing is recorded, and never a newer one', () => {
    const groups = [group('hello-v004', 4), bad(), group('hello-v002', 2)];
    expect(why(chooseRollback(groups))).toBe(
      'restores hello-v002: it is the newest one before hello-v003, of which nothing is recorded',
    );
  });

  it('is only what serves now where that is asked', () => {
    const groups = [bad(replaced), group('hello-v002', 2, { isDisabled: false }), group('hello-v001', 1)];
    expect(why(chooseRollback(groups, { onlyEnabled: true }))).toContain('restores hello-v002');
    expect(why(chooseRollback([bad(replaced), group('hello-v001', 1)], { onlyEnabled: true }))).toBe(
      'hello-v003 is the only one that could serve; there is hello-v003, hello-v001 (disabled)',
    );
  });

  it('is nothing where nothing serves, or the named one does not exist', () => {
    expect(why(chooseRollback([group('hello-v001', 1)]))).toContain('no server group is enabled');
    expect(why(chooseRollback([bad()], { restore: 'hello-v009' }))).toBe(
      'hello-v009 does not exist; there is hello-v003',
    );
  });
});

it('wants all of a small server group healthy, and nearly all of a bigger one', () => {
  expect([1, 9, 10, 19, 20].map(rollbackHealthyPercentage)).toEqual([100, 100, 90, 90, 95]);
});
