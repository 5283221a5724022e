import type { Figure, Pair } from '../engine/row.ts';
import { GROUP_SIZE, USED } from './lab.ts';
import type { BenchLab, LabBackend } from './lab.ts';
import { startLoad } from './loads.ts';

const RATE = 2000;

/** A configuration of load balancing, and the share of its answers that each group must give. */
interface Sharing {
  readonly name: string;
  readonly balancer: number;
  readonly kept: boolean;
  readonly paths?: string[];
  /** Number of the group, and its share of all answers. */
  readonly expected: readonly (readonly [group: number, share: number])[];
  set(lab: BenchLab): Promise<void>;
  /** As it was before. */
  reset(lab: BenchLab): Promise<void>;
}

/** Far above what the load asks for: no group is ever full. */
const SPACIOUS = 2000;

/** One group in four steps of capacity times scaler. */
function byCapacity(name: string, balancer: number, spare: number, kept: boolean): Sharing {
  const groups: LabBackend[] = [
    { group: balancer, scaler: 1, perInstance: SPACIOUS },
    { group: spare, scaler: 0.5, perInstance: SPACIOUS },
    { group: spare + 1, scaler: 0.75, perInstance: 2 * SPACIOUS },
    { group: 3, scaler: 0, perInstance: SPACIOUS },
  ];
  const all = groups.reduce((sum, { scaler, perInstance = 0 }) => sum + scaler * perInstance, 0);
  return {
    name,
    balancer,
    kept,
    expected: groups.map(({ group, scaler, perInstance = 0 }) => [group, (scaler * perInstance) / all]),
    set: async (lab) => {
      await lab.backends(balancer, groups);
      await lab.healthy(
        balancer,
        groups.map(({ group }) => group),
      );
    },
    reset: (lab) => lab.backends(balancer, [{ group: balancer, scaler: 1 }]),
  };
}

const URL_MAP: Sharing = {
  name: 'weights and paths of a URL map',
  balancer: USED.http.balancer,
  kept: true,
  paths: ['/', '/', '/', '/fixed/it'],
  expected: [
    [0, 0.75 * 0.7],
    [1, 0.75 * 0.2],
    [2, 0.75 * 0.1],
    [3, 0.25],
  ],
  set: (lab) =>
    lab.routes(USED.http.balancer, (service) => ({
      defaultService: service(0),
      hostRules: [{ hosts: ['*'], pathMatcher: 'all' }],
      pathMatchers: [
        {
          name: 'all',
          defaultRouteAction: {
            weightedBackendServices: [
              { backendService: service(0), weight: 70 },
              { backendService: service(1), weight: 20 },
              { backendService: service(2), weight: 10 },
            ],
          },
          pathRules: [{ paths: ['/fixed/*'], service: service(3) }],
        },
      ],
    })),
  reset: (lab) => lab.routes(USED.http.balancer, (service) => ({ defaultService: service(0) })),
};

const SHARINGS: readonly Sharing[] = [
  byCapacity('RATE with capacityScaler', USED.http.balancer, USED.http.spare, true),
  byCapacity('CONNECTION with capacityScaler', USED['tcp-proxy'].balancer, USED['tcp-proxy'].spare, false),
  URL_MAP,
];

/** How far shares are off their configuration, in each. */
export interface SharesResult {
  readonly figure: Figure;
  readonly pair: Pair;
  readonly failed: number;
}

/**
 * Sends `count` requests through a load balancer in each configuration, and counts who answers: the largest difference
 * of a group or of an instance from its share.
 */
export async function shares(lab: BenchLab, count: number, say: (text: string) => void): Promise<SharesResult[]> {
  const results: SharesResult[] = [];
  for (const sharing of SHARINGS) {
    const { name, balancer, kept, paths, expected } = sharing;
    await sharing.set(lab);
    const { result } = startLoad({
      to: [await lab.balancer(balancer)],
      rate: RATE,
      seconds: count / RATE,
      kept,
      ...(paths === undefined ? {} : { paths }),
    });
    const { answers, failed, why } = await result;
    await sharing.reset(lab);
    const byInstance = new Map<string, number>();
    for (const [key, times] of Object.entries(answers)) {
      const instance = key.slice(key.indexOf(' ') + 1);
      byInstance.set(instance, (byInstance.get(instance) ?? 0) + times);
    }
    let off = 0;
    for (const [group, share] of expected) {
      const members = [...byInstance]
        .filter(([instance]) => instance.startsWith(`g${group}-`))
        .map(([, times]) => times);
      const measured = members.reduce((sum, each) => sum + each, 0) / count;
      // An instance that never answered counts as well: its share is 0.
      const each = [...members, ...Array.from({ length: Math.max(0, GROUP_SIZE - members.length) }, () => 0)];
      off = Math.max(off, Math.abs(measured - share), ...each.map((n) => Math.abs(n / count - share / GROUP_SIZE)));
      say(`shares  ${name}: group ${group} ${(measured * 100).toFixed(2)} % of ${(share * 100).toFixed(2)} %`);
    }
    const reasons = Object.entries(why).map(([reason, times]) => `${reason}: ${times}`);
    if (failed > 0) say(`shares  ${name}: ${failed} failed ${reasons.join(', ')}`);
    results.push({
      figure: {
        metric: `shares of ${count} requests off their configuration, ${name}`,
        unit: 'percentage points',
        of: 'allowed',
        better: 'less',
        bounds: 'value',
        reach: 2,
        aim: 0.5,
      },
      pair: { value: off * 100, beside: 2 },
      failed,
    });
  }
  return results;
}
