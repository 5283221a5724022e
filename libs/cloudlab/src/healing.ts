import type { Clock, Timer } from './clock.ts';
import type { GroupManager } from './group-manager-schema.ts';
import { lastPart } from './path.ts';
import type { ManagedRecord, Store } from './store.ts';
import type { Traffic } from './traffic.ts';
import { membersOf, probeOf } from './traffic-plan.ts';

type Member = ReturnType<typeof membersOf>[number];

/** What healing finds. */
export interface HealingHooks {
  /** An instance proved itself, or its initial delay is over. */
  readonly verified: (path: string) => void;
  /** An instance is to be made anew. @param why a sentence */
  readonly unhealthy: (path: string, why: string) => void;
}

/**
 * Autohealing: watches the instances of groups that have a health check for it. Within the initial delay an instance
 * is VERIFYING; what is unhealthy after it is made anew.
 */
export class Healing {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #traffic: Traffic;
  readonly #hooks: HealingHooks;
  readonly #timers = new Set<Timer>();

  constructor(store: Store, clock: Clock, traffic: Traffic, hooks: HealingHooks) {
    this.#store = store;
    this.#clock = clock;
    this.#traffic = traffic;
    this.#hooks = hooks;
    traffic.watch(() => this.look());
  }

  /** Whether an instance of the group has to prove itself before it counts. */
  watches(group: GroupManager | undefined): boolean {
    return group?.autoHealingPolicies[0]?.healthCheck !== undefined;
  }

  /** Looks again when a new instance's initial delay is over. */
  expect(groupPath: string): void {
    const delay = this.#store.get('instanceGroupManagers', groupPath)?.autoHealingPolicies[0]?.initialDelaySec;
    if (delay === undefined) return;
    const timer = this.#clock.after(delay * 1000 + 1, () => {
      this.#timers.delete(timer);
      this.look();
    });
    this.#timers.add(timer);
  }

  /** Whether the program's end is for healing to answer: after the initial delay of a group with a health check. */
  takesOver(record: ManagedRecord, ranMs: number): boolean {
    const policy = this.#store.get('instanceGroupManagers', record.group)?.autoHealingPolicies[0];
    return policy?.healthCheck !== undefined && record.action === 'NONE' && ranMs >= policy.initialDelaySec * 1000;
  }

  look(): void {
    for (const [groupPath, group] of this.#store.list('instanceGroupManagers', 'projects/')) {
      const policy = group.autoHealingPolicies[0];
      if (group.deleting === true) continue;
      for (const member of membersOf(this.#store, groupPath)) {
        if (policy?.healthCheck === undefined) {
          if (member.record.action === 'VERIFYING') this.#hooks.verified(member.instance);
        } else this.#judge(group, policy.healthCheck, policy.initialDelaySec, member);
      }
    }
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #judge(group: GroupManager, healthCheck: string, initialDelaySec: number, member: Member): void {
    const { record } = member;
    if (record.action !== 'NONE' && record.action !== 'VERIFYING') return;
    const probe = probeOf(this.#store, healthCheck, member, record.port, group.namedPorts);
    const health = probe === undefined ? undefined : this.#traffic.healthOf(probe.key);
    const ranMs = this.#clock.now() - record.runningSince;
    if (record.action === 'VERIFYING') {
      if (health?.state !== 'HEALTHY' && ranMs < initialDelaySec * 1000) return;
      // Whatever is known to be ill never counts, not even for the moment before it is made anew.
      if (health?.state !== 'UNHEALTHY') this.#hooks.verified(member.instance);
    }
    if (probe === undefined || health?.state !== 'UNHEALTHY') return;
    const grace = Math.max(
      initialDelaySec * 1000,
      probe.intervalMs * (probe.healthyThreshold + probe.unhealthyThreshold),
    );
    if (ranMs < grace) return;
    this.#hooks.unhealthy(member.instance, `The health check ${lastPart(healthCheck)} failed: ${health.reason}`);
  }
}
