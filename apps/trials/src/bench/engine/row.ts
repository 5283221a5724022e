import { quantile } from '../../closed-loop.ts';
import type { BenchWorld } from './world.ts';

/** One round of a row: the product's figure and what it is held against. */
export interface Pair {
  readonly value: number;
  readonly beside: number;
}

/** A row of the bench. `reach` and `aim` are bounds of the ratio value / beside; `least` says which way is better. */
export interface Row {
  readonly name: string;
  readonly metric: string;
  readonly unit: string;
  readonly of: string;
  readonly better: 'more' | 'less';
  readonly reach: number;
  readonly aim: number;
  /** Rounds at most; 1 where a row is long. */
  readonly rounds?: number;
  round(world: BenchWorld): Promise<Pair>;
}

/** A row's outcome: the median of the ratios of its rounds. */
export interface RowResult {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly of: string;
  readonly beside: number;
  readonly ratio: number;
  readonly min: number;
  readonly max: number;
  readonly reach: number;
  readonly aim: number;
  readonly ok: boolean;
  readonly flags: readonly string[];
}

/** Sums the rounds of a row up. A round is flagged when its floor is off the median of the floors by more than two. */
export function resultOf(row: Row, pairs: readonly Pair[], foreign: readonly number[]): RowResult {
  const ratios = pairs.map(({ value, beside }) => value / beside);
  const ratio = quantile(ratios, 0.5);
  const floor = quantile(
    pairs.map(({ beside }) => beside),
    0.5,
  );
  const flags = pairs.flatMap(({ beside }, index) => [
    ...(beside > floor * 2 || beside < floor / 2 ? [`round ${index + 1}: the floor is off its median`] : []),
    ...((foreign[index] ?? 0) > 0.2
      ? [`round ${index + 1}: others used ${Math.round((foreign[index] ?? 0) * 100)} % of a core`]
      : []),
  ]);
  return {
    metric: row.metric,
    value: round(
      quantile(
        pairs.map(({ value }) => value),
        0.5,
      ),
    ),
    unit: row.unit,
    of: row.of,
    beside: round(floor),
    ratio: round(ratio),
    min: round(Math.min(...ratios)),
    max: round(Math.max(...ratios)),
    reach: row.reach,
    aim: row.aim,
    ok: row.better === 'more' ? ratio >= row.reach : ratio <= row.reach,
    flags,
  };
}

const round = (value: number): number => Number(value.toPrecision(4));
