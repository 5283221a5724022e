import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ObservedServerGroup, TrafficRecord } from './cloud.ts';

/** Lays what was asked for over what is observed: disabled or not, and a difference between the two as drift. */
export function withTraffic(observed: ObservedServerGroup, desired: TrafficRecord | null): ServerGroup {
  const { view, traffic } = observed;
  const wanted = desired?.loadBalancers ?? traffic.configured;
  const names = [...new Set([...wanted, ...traffic.active])];
  const isDisabled = names.length > 0 ? traffic.active.length === 0 : desired?.enabled === false;
  const missing = desired?.enabled ? wanted.filter((name) => !traffic.active.includes(name)) : [];
  const extra = desired ? traffic.active.filter((name) => !desired.enabled || !wanted.includes(name)) : [];
  const drift = [
    ...missing.map((name) => `should be behind ${name}, and is not`),
    ...extra.map((name) => `is behind ${name}, and should not be`),
  ];
  return {
    ...view,
    loadBalancers: names,
    isDisabled,
    ...(desired?.drainingUntil ? { drainingUntil: desired.drainingUntil } : {}),
    ...(drift.length
      ? {
          drift: {
            summary: `${view.name} ${drift.join('; ')}`,
            evidence: { desired, active: traffic.active },
            next: 'Somebody changed it in the cloud; enable or disable the group to say what is right',
          },
        }
      : {}),
  };
}
