import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newCapacity, type Resize } from './capacity.ts';

const size = (desired: number, min = desired, max = desired) => ({ min, max, desired });
const resize = (stage: Resize, current = size(4, 2, 8), rest: Partial<Parameters<typeof newCapacity>[1]> = {}) =>
  newCapacity(stage, { current, cluster: [current], ...rest });

describe('the new size of a server group', () => {
  it('is what is configured; what is left out stays, moved where it would contradict', () => {
    expect(resize({ action: 'scale_exact', capacity: { min: 1, max: 9, desired: 3 } })).toEqual(size(3, 1, 9));
    expect(resize({ action: 'scale_exact', capacity: { desired: 10 } })).toEqual(size(10, 2, 10));
    expect(resize({ action: 'scale_exact', capacity: { desired: 1 } })).toEqual(size(1, 1, 8));
    expect(resize({ action: 'scale_exact', capacity: { min: 6 } })).toEqual(size(6, 6, 8));
    expect(resize({ action: 'scale_exact', capacity: { max: 3 } })).toEqual(size(3, 2, 3));
    expect(resize({ action: 'scale_exact', targetSize: 5 })).toEqual(size(5, 2, 8));
  });

  it('is a share of the desired size, rounded up, with min and max giving way', () => {
    expect(resize({ action: 'scale_exact', scalePct: 30 })).toEqual(size(2, 2, 8));
    expect(resize({ action: 'scale_exact', scalePct: 20 })).toEqual(size(1, 1, 8));
    expect(resize({ action: 'scale_exact', scalePct: 300 })).toEqual(size(12, 2, 12));
  });

  it('grows and shrinks by a number or a percentage of each of min, desired and max', () => {
    expect(resize({ action: 'scale_up', scaleNum: 2 })).toEqual(size(6, 4, 10));
    expect(resize({ action: 'scale_down', scaleNum: 3 })).toEqual(size(1, 0, 5));
    expect(resize({ action: 'scale_up', scalePct: 30 })).toEqual(size(6, 3, 11));
    expect(resize({ action: 'scale_down', scalePct: 30 })).toEqual(size(2, 1, 5));
  });

  it('is that of the largest of the cluster, and more within its largest maximum', () => {
    const cluster = [size(4, 2, 8), size(7, 1, 9), size(0)];
    expect(resize({ action: 'scale_to_cluster' }, size(0), { cluster })).toEqual(size(7, 2, 9));
    expect(resize({ action: 'scale_to_cluster', scaleNum: 1 }, size(0), { cluster })).toEqual(size(8, 2, 9));
    expect(resize({ action: 'scale_to_cluster', scalePct: 100 }, size(0), { cluster })).toEqual(size(9, 2, 9));
  });

  it('is that of another server group, or a share of it', () => {
    const source = size(10, 5, 20);
    expect(resize({ action: 'scale_to_server_group' }, size(1), { source })).toEqual(source);
    expect(resize({ action: 'scale_to_server_group', scalePct: 25 }, size(1), { source })).toEqual(size(3, 3, 20));
    expect(() => resize({ action: 'scale_to_server_group' })).toThrow('needs a server group');
  });

  it('can be pinned, and its minimum freed again', () => {
    const grow: Resize = { action: 'scale_up', scaleNum: 1 };
    expect(resize({ ...grow, pinCapacity: true })).toEqual(size(5));
    expect(resize({ ...grow, pinMinimumCapacity: true })).toEqual(size(5, 5, 9));
    expect(resize({ action: 'scale_exact', pinMinimumCapacity: true }, size(5, 2, 9))).toEqual(size(5, 5, 9));
    const pinned = size(5, 5, 9);
    expect(resize({ action: 'scale_exact', unpinMinimumCapacity: true }, pinned, { minimumBefore: 2 })).toEqual(
      size(5, 2, 9),
    );
    const free: Resize = { action: 'scale_exact', capacity: { desired: 5 }, unpinMinimumCapacity: true };
    expect(resize(free, pinned, { minimumBefore: 2 })).toEqual(size(5, 2, 9));
    expect(resize(free, pinned)).toEqual(pinned);
  });

  it('is refused where the settings say none, or contradict themselves', () => {
    expect(() => resize({ action: 'scale_up' })).toThrow('scale_up needs scalePct (percent) or scaleNum (instances)');
    expect(() => resize({ action: 'scale_exact' })).toThrow('needs a capacity');
    expect(() => resize({ action: 'scale_exact', capacity: { min: 3, max: 2 } })).toThrow('contradicts itself');
    expect(() => resize({ action: 'scale_exact', capacity: { min: 3, max: 5, desired: 1 } })).toThrow(
      'min 3, desired 1',
    );
  });

  it('never contradicts itself, whatever is asked of whatever there is', () => {
    const sizes = fc
      .tuple(fc.nat(30), fc.nat(30), fc.nat(30))
      .map((three) => three.toSorted((a, b) => a - b))
      .map(([min = 0, desired = 0, max = 0]) => ({ min, max, desired }));
    const actions = fc.constantFrom<Resize['action']>(
      'scale_up',
      'scale_down',
      'scale_to_cluster',
      'scale_to_server_group',
    );
    const by = fc.oneof(fc.record({ scalePct: fc.nat(300) }), fc.record({ scaleNum: fc.nat(20) }));
    const pins = fc.record({ pinCapacity: fc.boolean(), pinMinimumCapacity: fc.boolean() });
    fc.assert(
      fc.property(sizes, fc.array(sizes), actions, by, pins, (current, others, action, amount, pin) => {
        const made = newCapacity(
          { action, ...amount, ...pin },
          { current, cluster: [current, ...others], source: current },
        );
        expect(made.min).toBeGreaterThanOrEqual(0);
        expect(made.desired).toBeGreaterThanOrEqual(made.min);
        expect(made.max).toBeGreaterThanOrEqual(made.desired);
      }),
    );
  });
});
