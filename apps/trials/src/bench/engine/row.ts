import { quantile } from '../../closed-loop.ts';
import type { BenchWorld } from './world.ts';

/** One round of a row: the product's figure and what it is held against. */
export interface Pair {
  readonly value: number;
  readonly beside: number;
}

/** One figure of a figure. `reach` and `aim` bound the ratio value / beside, or the value itself. */
export interface Figure {
  readonly metric: string;
  readonly unit: string;
  readonly of: string;
  readonly better: 'more' | 'less';
  /** What the bounds are of; the ratio unless told. */
  readonly bounds?: 'ratio' | 'value';
  readonly reach: number;
  readonly aim: number;
}

/** What is measured together: its figures come from one run. */
export interface Row {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** Rounds at most, where one takes long. */
  readonly rounds?: number;
  /** One round; a pair for each figure, in their order. */
  round(world: BenchWorld): Promise<readonly Pair[]>;
}

/** A figure's outcome: the median of the ratios of its rounds. */
export interface RowResult {
  readonly metric: string;
  readonly value: number | null;
  readonly unit: string;
  readonly of: string;
  readonly beside: number | null;
  readonly ratio: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly reach: number;
  readonly aim: number;
  readonly bounds: 'ratio' | 'value';
  readonly ok: boolean;
  readonly flags: readonly string[];
}

/** Sums the rounds of a figure up. A round is flagged when its floor is off the median of the floors by more than two. */
export function resultOf(figure: Figure, pairs: readonly Pair[], foreign: readonly number[]): RowResult {
  const ratios = pairs.map(({ value, beside }) => value / beside);
  const ratio = quantile(ratios, 0.5);
  const bounded =
    figure.bounds === 'value'
      ? quantile(
          pairs.map(({ value }) => value),
          0.5,
        )
      : ratio;
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
    metric: figure.metric,
    value: round(
      quantile(
        pairs.map(({ value }) => value),
        0.5,
      ),
    ),
    unit: figure.unit,
    of: figure.of,
    beside: round(floor),
    ratio: round(ratio),
    min: round(Math.min(...ratios)),
    max: round(Math.max(...ratios)),
    reach: figure.reach,
    aim: figure.aim,
    bounds: figure.bounds ?? 'ratio',
    ok: figure.better === 'more' ? bounded >= figure.reach : bounded <= figure.reach,
    flags,
  };
}

const round = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null);
