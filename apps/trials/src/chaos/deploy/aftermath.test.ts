import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { Hold } from '@gennaker/contracts/holds';
import { describe, expect, it } from 'vitest';
import { groupProblems, inventoryProblems } from './aftermath.ts';
import type { Inventory } from './scene.ts';

const OLD = 'chaos-a-v001';
const NEW = 'chaos-a-v002';

const group = (name: string, given: Partial<ServerGroup> = {}): ServerGroup => {
  const instanceCounts = { total: 2, up: 2, down: 0, starting: 0, outOfService: 0, unknown: 0 };
  const moniker = { app: 'chaos', stack: 'a', cluster: 'chaos-a', detail: '', sequence: 1 };
  return {
    ...{ name, account: 'local', region: 'here', cluster: 'chaos-a', application: 'chaos', cloudProvider: 'gce' },
    ...{ type: 'gce', createdTime: 0, seenAt: 0, isDisabled: false, moniker, instanceCounts },
    ...{ capacity: { min: 2, max: 2, desired: 2 }, instances: [], loadBalancers: [] },
    ...given,
  };
};

describe('server groups after a deploy', () => {
  const wanted = { size: 2, choices: [NEW] };

  it('are right when the one that should serves whole and alone', () => {
    expect(groupProblems([group(OLD, { isDisabled: true }), group(NEW)], wanted)).toEqual([]);
  });

  it('are wrong when another serves, two do, or nothing', () => {
    expect(groupProblems([group(OLD)], wanted)).toEqual([`${OLD} serves, and only ${NEW} should`]);
    expect(groupProblems([group(OLD), group(NEW)], wanted)).toEqual([
      `${OLD} and ${NEW} serves, and only ${NEW} should`,
    ]);
    expect(groupProblems([group(NEW, { isDisabled: true })], wanted)).toEqual([
      `nothing serves, and only ${NEW} should`,
    ]);
  });

  it('are wrong when instances are missing, or something is held', () => {
    const small = group(NEW, { capacity: { min: 1, max: 2, desired: 1 } });
    expect(groupProblems([small], wanted)).toEqual([`${NEW} has 2 of 1 up, not 2`]);
    const hold: Hold = {
      ...{ id: '1', name: 'canary', reason: 'it serves 25 %', account: 'local', region: 'here', serverGroup: OLD },
      ...{ operationId: '1', user: 'someone', since: 0, undo: [], state: 'held' },
    };
    const held = group(OLD, { isDisabled: true, holds: [hold] });
    expect(groupProblems([held, group(NEW)], wanted)).toEqual([`${OLD} has the hold canary: it serves 25 %`]);
  });
});

describe('what the cloud has after a deploy', () => {
  const right: Inventory = {
    groups: [NEW],
    instances: [`${NEW}-aaaa`, `${NEW}-bbbb`],
    disks: [`${NEW}-aaaa`, `${NEW}-bbbb`],
    templates: [`${NEW}-1`],
    backends: [`${NEW} x 1`],
  };

  it('is right when it is what the server group that serves needs', () => {
    expect(inventoryProblems(right, NEW, 2)).toEqual([]);
    expect(
      inventoryProblems({ groups: [], instances: [], disks: [], templates: [], backends: [] }, undefined, 2),
    ).toEqual([]);
  });

  it('is wrong when anything is left of another, or missing', () => {
    const strange = {
      ...right,
      instances: [`${NEW}-aaaa`, `${OLD}-cccc`],
      backends: [`${NEW} x 0.25`],
    };
    expect(inventoryProblems(strange, NEW, 2)).toEqual([
      `instances left: ${OLD}-cccc`,
      `1 instances of ${NEW}, not 2`,
      `backends left: ${NEW} x 0.25`,
      `0 backends of ${NEW}, not 1`,
    ]);
  });

  it('is wrong when anything is there after all was destroyed', () => {
    expect(inventoryProblems(right, undefined, 2)).toHaveLength(5);
  });
});
