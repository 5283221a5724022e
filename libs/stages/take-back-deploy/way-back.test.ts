import { type ServerGroup, serverGroupSchema } from '@gennaker/contracts/clouddriver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wayBack } from './way-back.ts';

const group = (sequence: number, isDisabled: boolean, size = 2): ServerGroup =>
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
    capacity: { min: size, max: size, desired: size },
    instanceCounts: { total: size, up: size, down: 0, starting: 0, outOfService: 0, unknown: 0 },
    instances: Array.from({ length: size }, (_, index) => ({
      id: `i${index}`,
      name: `i${index}`,
      healthState: 'Up',
      health: [],
    })),
    loadBalancers: [],
    seenAt: 0,
  });
const deploy = (servedBefore: readonly string[], evenIfHealthy = false) => ({
  created: 'app-v002',
  servedBefore,
  evenIfHealthy,
});
const [healthy, ill] = [() => true, () => false];

describe('the way back from a failed deploy', () => {
  it('takes the new one out while what served before serves on', () => {
    expect(wayBack([group(1, false), group(2, false)], deploy(['app-v001']), healthy)).toMatchObject({
      restore: [],
      withdraw: true,
    });
  });

  it('gives what was disabled its traffic back, but not what served no more before', () => {
    const groups = [group(0, true), group(1, true), group(2, false)];
    expect(wayBack(groups, deploy(['app-v001']), ill)).toMatchObject({ restore: ['app-v001'], withdraw: true });
  });

  it('leaves a healthy new one that has taken over already, unless all is to go back', () => {
    const groups = [group(1, true), group(2, false)];
    expect(wayBack(groups, deploy(['app-v001']), healthy)).toMatchObject({ withdraw: false, idle: false });
    expect(wayBack(groups, deploy(['app-v001'], true), healthy)).toMatchObject({
      restore: ['app-v001'],
      withdraw: true,
    });
  });

  it('keeps the new one where nothing else can serve any more', () => {
    expect(wayBack([group(2, false)], deploy(['app-v001']), ill)).toMatchObject({ withdraw: false, idle: false });
    expect(wayBack([group(1, true, 0), group(2, false)], deploy(['app-v001']), ill)).toMatchObject({ withdraw: false });
  });

  it('takes an ill one out that is the first of its cluster, and leaves a healthy one', () => {
    expect(wayBack([group(2, false)], deploy([]), ill)).toMatchObject({ withdraw: true });
    expect(wayBack([group(2, false)], deploy([]), healthy)).toMatchObject({ withdraw: false });
  });

  it('does nothing to older ones when somebody deployed a newer one since', () => {
    const groups = [group(1, true), group(2, false), group(3, false)];
    expect(wayBack(groups, deploy(['app-v001']), healthy)).toMatchObject({ restore: [], withdraw: true });
  });

  it('never leaves a cluster that serves without a server group that serves', () => {
    const state = fc.constantFrom('on', 'off', 'empty', 'absent');
    fc.assert(
      fc.property(state, state, state, fc.boolean(), fc.boolean(), (first, second, created, well, force) => {
        const groups = [first, second, created].flatMap((as, at) =>
          as === 'absent' ? [] : [group(at, as === 'off', as === 'empty' ? 0 : 2)],
        );
        const way = wayBack(groups, deploy(['app-v001', 'app-v000'], force), () => well);
        const servesAfter = groups.filter(
          ({ name, isDisabled, instances }) =>
            instances.length > 0 &&
            (way.restore.includes(name) || (!isDisabled && !(way.withdraw && name === 'app-v002'))),
        );
        const serves = groups.some(({ isDisabled, instances }) => !isDisabled && instances.length > 0);
        expect(servesAfter.length > 0 || !serves).toBe(true);
      }),
    );
  });
});
