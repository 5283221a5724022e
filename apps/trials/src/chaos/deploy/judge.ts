import type { RequestRecord } from '@gennaker/app-demo/traffic-record';
import type { Counted, Counter } from './scene.ts';
import { groupOf } from './scene.ts';
import { isBad, type PlannedDeploy, STRATEGIES } from './schedule.ts';
import type { Loss } from './troubles.ts';

/** What was seen of the traffic of one deploy. */
export interface TrafficSeen {
  readonly records: readonly RequestRecord[];
  readonly before: Counted;
  readonly after: Counted;
  readonly losses: readonly Loss[];
  /** Name of the new server group, when one was made. */
  readonly created: string | undefined;
}

/** What the traffic of one deploy came to. */
export interface TrafficVerdict {
  readonly requests: number;
  /** Failed requests that no bad version answered and no lost instance explains. */
  readonly failed: number;
  /** Failed requests that were sent to lost instances before their health check had seen it. */
  readonly excused: number;
  /** Answers of a bad version, and of all versions from its first to its last answer. */
  readonly bad: number;
  readonly beside: number;
  /** The bad version got more than its share. */
  readonly beyondShare: boolean;
  /** Longest time until a health check saw a loss, milliseconds. */
  readonly slowestMark: number;
  readonly disagreements: string[];
  /** Failed requests in words, the first few. */
  readonly examples: string[];
}

/** A request may have been sent so much before the loss of its instance, and the mark is seen so much later than it is made. */
const UNDER_WAY_MS = 1_000;
const LOOK_MS = 300;
/** Requests that a share may miss by, as they come one by one: a part of all, and some. */
const SHARE_SLACK = 0.02;
const SHARE_REQUESTS = 10;
const EXAMPLES = 5;

/** Judges the traffic of a deploy: what failed and why that may be, who answered how much, whether both sides counted alike. */
export function judgeTraffic(deploy: PlannedDeploy, seen: TrafficSeen): TrafficVerdict {
  const { records, losses, created } = seen;
  const byBad = (record: RequestRecord): boolean =>
    isBad(deploy) && created !== undefined && record.version !== undefined && groupOf(record.version) === created;
  const failures = records.filter((record) => hasFailed(record) && !byBad(record));
  const excusable = failures.filter(({ sentAt }) =>
    losses.some(({ from, markedAt }) => sentAt >= from - UNDER_WAY_MS && sentAt <= markedAt + LOOK_MS),
  );
  // The load balancer knows where each went: only as many can have been sent to lost instances as it counted there.
  const lost = new Set(losses.map(({ instance }) => instance));
  const failedAtLost = [...lost].reduce((sum, name) => sum + failuresOf(grown(seen, name)), 0);
  const excused = Math.min(excusable.length, failedAtLost);
  const bad = records.filter(byBad);
  const beside = window(records, bad);
  const share = (STRATEGIES[deploy.strategy].share ?? 0) / 100 + SHARE_SLACK;
  return {
    requests: records.length,
    failed: failures.length - excused,
    excused,
    bad: bad.length,
    beside,
    beyondShare: bad.length > beside * share + SHARE_REQUESTS,
    slowestMark: Math.max(0, ...losses.map(({ from, markedAt }) => markedAt - from)),
    disagreements: disagreements(seen),
    examples: failures.slice(0, EXAMPLES).map(told),
  };
}

/** Late answers are not failed: how late they are is not judged on a machine that others use. */
function hasFailed({ failure, version }: RequestRecord): boolean {
  return failure !== undefined && !(failure === 'late' && version !== undefined);
}

const wasAnswered = ({ failure, version }: RequestRecord): boolean =>
  failure === undefined || failure === 'wrong-status' || failure === 'wrong-body' || version !== undefined;

function window(records: readonly RequestRecord[], bad: readonly RequestRecord[]): number {
  const times = bad.map(({ sentAt }) => sentAt);
  const [first, last] = times.reduce(([least, most], time) => [Math.min(least, time), Math.max(most, time)] as const, [
    Infinity,
    -Infinity,
  ] as readonly [number, number]);
  return records.filter(({ sentAt }) => sentAt >= first && sentAt <= last).length;
}

/** Where the client, which never sends a request twice, and the load balancer counted differently. */
function disagreements(seen: TrafficSeen): string[] {
  const { records } = seen;
  const told: string[] = [];
  const compare = (what: string, client: number, balancer: number): void => {
    if (client !== balancer) told.push(`${what}: the client counted ${client}, the load balancer ${balancer}`);
  };
  const whole = grown(seen, undefined);
  compare('answers', records.filter(wasAnswered).length, whole('requests'));
  const unanswered = records.filter((record) => !wasAnswered(record)).length;
  // What breaks off before an answer begins is sent to another instance, and counted there too.
  const broken = whole('drainCuts') + whole('failures', 'brokenOff') + whole('failures', 'timedOut');
  if (unanswered > broken)
    told.push(`requests without answer: the client counted ${unanswered}, the load balancer ${broken}`);
  const good = new Map<string, number>();
  for (const { failure, version } of records)
    if (version !== undefined && (failure === undefined || failure === 'late'))
      good.set(version, (good.get(version) ?? 0) + 1);
  for (const name of new Set([...good.keys(), ...seen.after.instances.keys()]))
    compare(`good answers of ${name}`, good.get(name) ?? 0, grown(seen, name)('responses', '2xx'));
  return told;
}

type Growth = (key: string, part?: string) => number;

/** How much a counter of an instance, or of the load balancer, grew. */
function grown({ before, after }: Pick<TrafficSeen, 'before' | 'after'>, instance: string | undefined): Growth {
  const of = ({ balancer, instances }: Counted): Counter | undefined =>
    instance === undefined ? balancer : instances.get(instance);
  const read = (counter: Counter | undefined, key: string, part?: string): number => {
    const value: unknown = counter?.[key];
    if (typeof value === 'number') return value;
    const inner: unknown = part === undefined ? undefined : (value as Record<string, unknown> | undefined)?.[part];
    return typeof inner === 'number' ? inner : 0;
  };
  return (key, part) => read(of(after), key, part) - read(of(before), key, part);
}

/** Requests that an instance may have failed; one that took too long is among those answered with 5xx. */
function failuresOf(growth: Growth): number {
  return growth('drainCuts') + growth('failedConnects') + growth('failures', 'brokenOff') + growth('responses', '5xx');
}

function told({ sentAt, failure, detail, version }: RequestRecord): string {
  return `${new Date(sentAt).toISOString()} ${failure} ${detail ?? ''} ${version ?? ''}`.trim();
}
