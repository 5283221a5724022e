import type { Capacity, ResizeServerGroup } from './schema.ts';

/** What a resize reads of its stage. */
export type Resize = Pick<
  ResizeServerGroup,
  | 'action'
  | 'capacity'
  | 'targetSize'
  | 'scalePct'
  | 'scaleNum'
  | 'pinCapacity'
  | 'pinMinimumCapacity'
  | 'unpinMinimumCapacity'
>;

/** The sizes that a resize may look at. */
export interface Sizes {
  /** Of the server group itself. */
  readonly current: Capacity;
  /** Of every server group of its cluster, itself included. */
  readonly cluster: readonly Capacity[];
  /** Of the server group that it is to be like. */
  readonly source?: Capacity | undefined;
  /** Its minimum before an earlier stage of the execution changed it. */
  readonly minimumBefore?: number | undefined;
}

/**
 * The size that a server group gets. Growing and shrinking move min, desired and max alike; a percentage is rounded up.
 * @throws Error for settings that say no size
 */
export function newCapacity(stage: Resize, sizes: Sizes): Capacity {
  const scaled = scale(stage, sizes);
  const { desired } = scaled;
  if (stage.pinCapacity) return { min: desired, max: desired, desired };
  if (stage.unpinMinimumCapacity && sizes.minimumBefore !== undefined)
    return { ...scaled, min: Math.min(scaled.min, sizes.minimumBefore) };
  return stage.pinMinimumCapacity ? { ...scaled, min: desired } : scaled;
}

function scale(stage: Resize, sizes: Sizes): Capacity {
  const { current, cluster, source } = sizes;
  switch (stage.action) {
    case 'scale_exact':
      return share(exactly(stage, current), stage.scalePct);
    case 'scale_up':
      return moved(stage, current, 1);
    case 'scale_down':
      return moved(stage, current, -1);
    case 'scale_to_cluster':
      return beyondLargest(stage, cluster);
    case 'scale_to_server_group':
      if (!source) throw new Error('scale_to_server_group needs a server group in "source" to be like.');
      return share(source, stage.scalePct);
    default:
      return stage.action satisfies never;
  }
}

/** What is configured, and of the rest what there is, moved where it would contradict. */
function exactly(stage: Resize, current: Capacity): Capacity {
  const min = stage.capacity?.min ?? undefined;
  const max = stage.capacity?.max ?? undefined;
  const wanted = stage.capacity?.desired ?? stage.targetSize;
  // Pinning alone keeps the size.
  const pins = stage.pinCapacity || stage.pinMinimumCapacity || stage.unpinMinimumCapacity;
  if (min === undefined && max === undefined && wanted === undefined && stage.scalePct === undefined && !pins)
    throw new Error('scale_exact needs a capacity (min, max, desired), a targetSize or a scalePct.');
  const floor = min ?? Math.min(current.min, max ?? wanted ?? current.min, wanted ?? Infinity);
  const ceiling = max ?? Math.max(current.max, floor, wanted ?? 0);
  const desired = wanted ?? Math.min(Math.max(current.desired, floor), ceiling);
  if (floor > ceiling || desired < floor || desired > ceiling)
    throw new Error(
      `The capacity contradicts itself: min ${floor}, desired ${desired}, max ${ceiling}. min must not be above desired, nor desired above max.`,
    );
  return { min: floor, max: ceiling, desired };
}

/** A share of the desired size; min and max give way. */
function share(capacity: Capacity, percent: number | undefined): Capacity {
  if (percent === undefined) return capacity;
  const desired = Math.ceil((capacity.desired * percent) / 100);
  return { min: Math.min(capacity.min, desired), max: Math.max(capacity.max, desired), desired };
}

function moved(stage: Resize, current: Capacity, direction: 1 | -1): Capacity {
  const { scalePct, scaleNum } = stage;
  if (scalePct === undefined && scaleNum === undefined)
    throw new Error(`${stage.action} needs scalePct (percent) or scaleNum (instances).`);
  const by = (size: number): number => scaleNum ?? Math.ceil((size * (scalePct ?? 0)) / 100);
  const move = (size: number): number => Math.max(0, size + direction * by(size));
  return { min: move(current.min), max: move(current.max), desired: move(current.desired) };
}

/** As large as the largest of the cluster, and more if asked, within the largest maximum. */
function beyondLargest(stage: Resize, cluster: readonly Capacity[]): Capacity {
  const largest = (key: keyof Capacity): number => Math.max(0, ...cluster.map((capacity) => capacity[key]));
  const [min, max, desired] = [largest('min'), largest('max'), largest('desired')];
  const more = stage.scaleNum ?? Math.ceil((desired * (stage.scalePct ?? 0)) / 100);
  return { min, max, desired: Math.min(max, desired + more) };
}
