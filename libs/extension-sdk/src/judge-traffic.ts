import type { Reason } from '@gennaker/contracts/execution';
import type { TrafficReport, TrafficRules } from '@gennaker/contracts/traffic-report';
import { number } from './traffic-meter.ts';

/** `undecided`: there is too little to go by. */
export interface TrafficVerdict {
  readonly verdict: 'good' | 'bad' | 'undecided';
  /** With the numbers. */
  readonly reason: Reason;
}

/** Whether a server group's traffic keeps the rules. */
export function judgeTraffic(report: TrafficReport, serverGroup: string, rules: TrafficRules): TrafficVerdict {
  const found = report.serverGroups.find((group) => group.serverGroup === serverGroup);
  const { requests, failures, connections, p99 } = found ?? { requests: 0, failures: 0, connections: 0, p99: null };
  const ratio = requests === 0 ? 0 : failures / requests;
  const evidence = { serverGroup, requests, failures, p99, rules, from: report.from, to: report.to };
  const answered = `${serverGroup} answered ${number(requests)} of the ${number(rules.minRequests)} requests that a judgment needs`;
  if (requests < rules.minRequests)
    return {
      verdict: 'undecided',
      reason: {
        summary: answered,
        evidence,
        next:
          connections > 0
            ? 'Its load balancers count connections and not answers; a judgment needs one that speaks HTTP'
            : 'It is judged as soon as there are enough',
      },
    };
  const faults = [
    ...(rules.maxFailureRatio !== undefined && ratio > rules.maxFailureRatio
      ? [`${percent(ratio)} of them failed, more than ${percent(rules.maxFailureRatio)}`]
      : []),
    ...(rules.maxP99Ms !== undefined && p99 !== null && p99 > rules.maxP99Ms
      ? [`p99 is ${number(p99)} ms, more than ${number(rules.maxP99Ms)} ms`]
      : []),
  ];
  const counted = `${serverGroup} answered ${number(requests)} requests`;
  if (faults.length > 0)
    return { verdict: 'bad', reason: { summary: `${counted}; ${faults.join(', and ')}`, evidence } };
  const well = `${number(failures)} failed (${percent(ratio)})${p99 === null ? '' : `, p99 ${number(p99)} ms`}`;
  return { verdict: 'good', reason: { summary: `${counted}, ${well}: within its limits`, evidence } };
}

const percent = (ratio: number): string =>
  `${(ratio * 100).toLocaleString('en-US', { maximumSignificantDigits: 3, useGrouping: false })} %`;
