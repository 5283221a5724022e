import { generator, shuffled } from '../random.ts';
import { BAD_VERSIONS, type Version } from './versions.ts';

/** Strategies that are tried. */
const STRATEGY_NAMES = ['redblack', 'rollingredblack', 'rolling', 'highlander', 'canary', 'monitored'] as const;
/** Name of one of them. */
type StrategyName = (typeof STRATEGY_NAMES)[number];

/** Their settings, with small waits. `share` is what a newcomer gets before it is judged first, per cent; absent: it is not judged. */
export const STRATEGIES: Readonly<Record<StrategyName, { readonly settings: object; readonly share?: number }>> = {
  redblack: { settings: { scaleDown: true, delayBeforeDisableSec: 1, delayBeforeScaleDownSec: 1 } },
  rollingredblack: { settings: { targetPercentages: [50], delayBeforeCleanup: 1, scaleDown: true } },
  rolling: { settings: { maxSurge: 1, maxUnavailable: 0 } },
  highlander: { settings: { delayBeforeDisableSec: 1 } },
  canary: {
    settings: {
      canary: {
        by: 'traffic',
        steps: [
          { percentage: 25, waitSeconds: 4 },
          { percentage: 50, waitSeconds: 3 },
        ],
      },
    },
    share: 25,
  },
  monitored: { settings: { deploySteps: [25, 50], analysisSeconds: 4 }, share: 25 },
};

/** What is done to a deploy; `nothing` where the version itself is the trouble. */
export const TROUBLES = [
  'nothing',
  'crash',
  'hang',
  'zone-loss',
  'kill-clouddriver',
  'kill-orca',
  'failed-requests',
  'failed-operation',
] as const;
/** @see TROUBLES */
export type Trouble = (typeof TROUBLES)[number];

/** One deploy of the run. */
export interface PlannedDeploy {
  readonly strategy: StrategyName;
  readonly version: Version;
  readonly trouble: Trouble;
  /** Whose instance a crash or a hang hits. */
  readonly victim: 'old' | 'new';
  /** When trouble comes, milliseconds after the deploy began; for a new victim, after the first of them is healthy. */
  readonly afterMs: number;
}

/** Troubles after which a deploy of a good version may be taken back: what serves before it then serves on. */
export function mayFail({ trouble, victim }: PlannedDeploy): boolean {
  if (trouble === 'crash' || trouble === 'hang') return victim === 'new';
  return trouble === 'zone-loss' || trouble === 'failed-operation';
}

const LATEST_MS = 4_500;
/** An old one serves for sure until then. */
const LATEST_AT_OLD_MS = 2_000;
const LATEST_AT_NEW_MS = 1_000;

type Row = Pick<PlannedDeploy, 'strategy' | 'version' | 'trouble'>;

/** Fifty deploys: every strategy with every trouble and with a version of every kind that it can tell. */
export function longSchedule(seed: number): PlannedDeploy[] {
  const rows = STRATEGY_NAMES.flatMap((strategy, index): Row[] => [
    { strategy, version: 'good', trouble: 'crash' },
    { strategy, version: 'good', trouble: 'hang' },
    { strategy, version: 'good', trouble: 'zone-loss' },
    { strategy, version: 'good', trouble: 'kill-clouddriver' },
    { strategy, version: 'good', trouble: 'kill-orca' },
    { strategy, version: 'good', trouble: index % 2 === 0 ? 'failed-requests' : 'failed-operation' },
    { strategy, version: 'slow-boot', trouble: 'nothing' },
    { strategy, version: index % 2 === 0 ? 'fails-health' : 'never-answers', trouble: 'nothing' },
    ...(STRATEGIES[strategy].share !== undefined
      ? [{ strategy, version: 'answers-500', trouble: 'nothing' } as const]
      : []),
  ]);
  const random = generator(seed);
  return shuffled(rows, random).map((row) => planned(row, random));
}

/** Four deploys that have a little of everything. */
export function shortSchedule(seed: number): PlannedDeploy[] {
  const random = generator(seed);
  const rows: readonly Row[] = [
    { strategy: 'redblack', version: 'good', trouble: 'kill-clouddriver' },
    { strategy: 'canary', version: 'answers-500', trouble: 'nothing' },
    { strategy: 'highlander', version: 'good', trouble: 'crash' },
    { strategy: 'rolling', version: 'good', trouble: 'kill-orca' },
  ];
  return rows.map((row) => planned(row, random));
}

/** Is it a version that must be taken back? */
export function isBad({ version }: PlannedDeploy): boolean {
  return BAD_VERSIONS.includes(version);
}

/** Is it a version that never gets healthy? */
export function isUnhealthy({ version }: PlannedDeploy): boolean {
  return version === 'fails-health' || version === 'never-answers';
}

function planned(row: Row, random: () => number): PlannedDeploy {
  const victim = random() < 0.5 ? 'old' : 'new';
  const single = row.trouble === 'crash' || row.trouble === 'hang';
  const latest = !single ? LATEST_MS : victim === 'old' ? LATEST_AT_OLD_MS : LATEST_AT_NEW_MS;
  return { ...row, victim, afterMs: 300 + Math.round(random() * latest) };
}
