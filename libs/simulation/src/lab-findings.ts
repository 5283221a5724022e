import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { Reason } from '@gennaker/contracts/execution';
import type { LabInvariant, LabRequest, LabScenario, LabStep } from '@gennaker/contracts/strategy-lab';
import { STATUS_FACTS } from '@gennaker/contracts/status';
import type { ExecutionState } from '@gennaker/engine/model';
import type { InstanceBounds } from '@gennaker/extension-sdk/strategy';

/** What is seen of a simulated deploy at one moment. */
export interface Sample {
  /** Milliseconds since its beginning. */
  readonly at: number;
  /** Instances by version, booting and stopping ones too. */
  readonly old: number;
  readonly new: number;
  /** Capacity that takes requests, in instances. */
  readonly serving: number;
  /** What of the capacity an instance took with it that crashed: no order of the strategy. */
  readonly lost: number;
  /** Requests of this second: answered well by a version, or failed. `unserved`: of the failed, what no instance could take; `toNew`: what the new version got, its errors too. */
  readonly requests: Readonly<Record<'old' | 'new' | 'failed' | 'unserved' | 'toNew', number>>;
}

/** A simulated deploy that was played. */
interface Played {
  readonly scenario: LabScenario;
  readonly instances: LabRequest['instances'];
  readonly bounds: InstanceBounds | undefined;
  readonly samples: readonly Sample[];
  readonly steps: readonly LabStep[];
  /** Server groups at the end. */
  readonly left: readonly ServerGroup[];
  readonly durationMs: number;
  readonly succeeded: boolean;
  readonly ended: boolean;
  readonly reason: Reason | undefined;
}

/** Capacities are sums of shares. */
const CLOSE = 1e-6;

/** Stages of a deploy in the order of their beginnings, without the outermost. */
export function stepsOf({ stages }: ExecutionState, began: number): LabStep[] {
  const failed = Math.min(
    ...Object.values(stages)
      .flatMap(({ tasks }) => tasks)
      .filter(({ status }) => STATUS_FACTS[status].failure)
      .map(({ endTime }) => endTime ?? Infinity),
  );
  return Object.values(stages)
    .flatMap(({ name, type, parentStageId, startTime, endTime, status, tasks }) =>
      parentStageId === undefined || startTime === undefined
        ? []
        : [
            {
              ...{ name, type, status, from: startTime - began },
              ...(endTime === undefined ? {} : { to: endTime - began }),
              afterFailure: startTime >= failed && !tasks.some((task) => STATUS_FACTS[task.status].failure),
            },
          ],
    )
    .toSorted((a, b) => a.from - b.from);
}

/** The reason of the innermost stage that failed first. */
export function failureOf({ stages }: ExecutionState): Reason | undefined {
  return Object.values(stages)
    .filter(({ status, reason }) => STATUS_FACTS[status].failure && reason)
    .toSorted((a, b) => (a.endTime ?? 0) - (b.endTime ?? 0))[0]?.reason;
}

/** What held of what must hold, and the whole in one sentence. */
export function findingsOf(played: Played): { readonly summary: string; readonly invariants: LabInvariant[] } {
  const { samples, bounds } = played;
  const invariants = [
    ...(bounds ? [total(played, bounds.most), serving(samples, bounds.least)] : []),
    healthyOnly(samples),
    ends(played),
    ...(played.ended ? [nothingLeft(played)] : []),
  ];
  return { summary: summary(played), invariants };
}

function total({ samples, steps, instances }: Played, most: number): LabInvariant {
  // What takes a deploy back brings the old version to its size before the new one goes.
  const back = Math.min(...steps.filter(({ afterFailure }) => afterFailure).map(({ from }) => from));
  const all = Math.max(most, instances.before + instances.after);
  const highest = (some: readonly Sample[]): number => Math.max(0, ...some.map((one) => one.old + one.new));
  const forth = highest(samples.filter(({ at }) => at < back));
  const later = highest(samples.filter(({ at }) => at >= back));
  return {
    id: 'total',
    holds: forth <= most && later <= all,
    sentence: `Never more than ${most} instances in all: ${forth} at most${
      later > forth ? `, and ${later} of ${all} while it was taken back` : ''
    }.`,
  };
}

function serving(samples: readonly Sample[], least: number): LabInvariant {
  const lowest = Math.min(...samples.map((one) => one.serving + one.lost));
  const crash = Math.max(...samples.map((one) => one.lost));
  return {
    id: 'serving',
    holds: lowest >= least - CLOSE,
    sentence: `Capacity of at least ${instancesInWords(least)} serves: never less than ${round(lowest)}${
      crash > 0 ? `, but for the ${round(crash)} that the crash took until it was replaced` : ''
    }.`,
  };
}

function healthyOnly(samples: readonly Sample[]): LabInvariant {
  const unserved = sum(samples, 'unserved');
  return {
    id: 'healthyOnly',
    holds: unserved === 0,
    sentence:
      unserved === 0
        ? `Each of ${number(requestsOf(samples))} requests found an instance that its load balancer knew as healthy.`
        : `${number(unserved)} of ${number(requestsOf(samples))} requests found no healthy instance.`,
  };
}

function ends({ ended, durationMs }: Played): LabInvariant {
  return {
    id: 'ends',
    holds: ended,
    sentence: ended ? `It ends, after ${duration(durationMs)}.` : `It had not ended after ${duration(durationMs)}.`,
  };
}

function nothingLeft({ left, succeeded, instances }: Played): LabInvariant {
  const holds = left.flatMap((group) => group.holds ?? []).length;
  const [first, ...others] = left.toSorted((a, b) => a.name.localeCompare(b.name));
  const newest = others.at(-1) ?? first;
  const serves = succeeded ? newest : first;
  const size = succeeded ? instances.after : instances.before;
  const up = serves && !serves.isDisabled ? serves.instanceCounts.up : 0;
  const dark = succeeded || others.every((one) => one.isDisabled);
  return {
    id: 'nothingLeft',
    holds: holds === 0 && up >= size && dark,
    sentence: [
      `${serves?.name ?? 'Nothing'} serves in the end, with ${up} of ${size} instances${succeeded ? '' : ' as before'}`,
      ...(dark ? [] : ['the new version takes traffic still']),
      holds === 0
        ? 'nothing is held any more.'
        : `${holds === 1 ? 'one change is' : `${holds} changes are`} still held.`,
    ].join('; '),
  };
}

function summary({ samples, succeeded, ended, durationMs, scenario }: Played): string {
  const [all, failed, made] = [requestsOf(samples), sum(samples, 'failed'), sum(samples, 'toNew')];
  const how = ended ? (succeeded ? 'succeeds' : 'fails and is taken back') : 'does not end';
  const lost = `${number(failed)} of ${number(all)} requests failed`;
  const share = `the new version got ${round((made / Math.max(1, all)) * 100)} % of them`;
  const blind = scenario === 'answersErrors' && succeeded ? '; nothing in it looks at the answers' : '';
  return `The deploy ${how} after ${duration(durationMs)}: ${lost}, ${share}${blind}`;
}

const sum = (samples: readonly Sample[], key: keyof Sample['requests']): number =>
  samples.reduce((total, { requests }) => total + requests[key], 0);
const requestsOf = (samples: readonly Sample[]): number =>
  sum(samples, 'old') + sum(samples, 'new') + sum(samples, 'failed');
const number = (value: number): string => value.toLocaleString('en-US');
const round = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const instancesInWords = (count: number): string => (count === 1 ? 'one instance' : `${count} instances`);

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60];
  return [hours && `${hours} h`, minutes && `${minutes} min`, (rest || seconds === 0) && `${rest} s`]
    .filter(Boolean)
    .join(' ');
}
