import type { Clock, Timer } from './clock.ts';
import { sleep } from './clock.ts';
import type { Faults } from './faults.ts';
import { planGroup } from './group-plan.ts';
import { newInstance } from './instance-document.ts';
import type { Placement } from './instance-document.ts';
import { lastPart, pathOf, splitPath, zoneScope } from './path.ts';
import { OperationFailure } from './problem.ts';
import type { GroupManager } from './group-manager-schema.ts';
import type { InstanceStatus } from './resource.ts';
import { BootFailure } from './runtime.ts';
import type { Runtime } from './runtime.ts';
import type { AttemptError, ManagedRecord, Store } from './store.ts';
import type { Traffic } from './traffic.ts';
import { isLeaving, membersOf, probeOf } from './traffic-plan.ts';

const BACKOFF_MS = 1000;
const BACKOFF_LIMIT_MS = 60_000;
const SOUND_MS = 60_000;
const ERRORS_KEPT = 50;

/** Keeps groups at their size: creates, starts again, heals, drains and deletes instances. */
export class Fleet {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #runtime: Runtime;
  readonly #traffic: Traffic;
  readonly #faults: Faults;
  readonly #placement: Placement;
  /** What drives an instance now; a newer entry tells an older driver to give up. */
  readonly #drivers = new Map<string, symbol>();
  /** Boots under way, by instance id. */
  readonly #booting = new Map<string, Promise<void>>();
  readonly #gone = new Set<() => void>();
  readonly #timers = new Set<Timer>();
  #closed = false;

  constructor(store: Store, clock: Clock, runtime: Runtime, traffic: Traffic, faults: Faults, placement: Placement) {
    this.#store = store;
    this.#clock = clock;
    this.#runtime = runtime;
    this.#traffic = traffic;
    this.#faults = faults;
    this.#placement = placement;
    traffic.watch(() => this.#heal());
  }

  /** Starts what the state says should run, and ends what was being deleted. */
  resume(): void {
    for (const record of Object.values(this.#store.state.managed)) {
      if (record.action === 'DELETING') void this.remove(record.instance);
      else if (record.action === 'RECREATING') void this.recreate(record.instance);
      else {
        this.#set(record.instance, 'PROVISIONING', {
          action: record.action === 'CREATING' ? 'CREATING' : 'RESTARTING',
        });
        void this.#start(record.instance, record.action === 'CREATING');
      }
    }
    for (const [path] of this.#store.list('instanceGroupManagers', 'projects/')) this.reconcile(path);
  }

  /** Takes the next steps towards the group's size. */
  reconcile(groupPath: string): void {
    const group = this.#store.get('instanceGroupManagers', groupPath);
    if (group === undefined || this.#closed) return;
    const plan = planGroup({
      targetSize: group.targetSize,
      zones: zonesOfGroup(groupPath, group),
      redistribute: group.updatePolicy?.instanceRedistributionType !== 'NONE',
      members: membersOf(this.#store, groupPath).map(({ instance, resource, record }) => ({
        path: instance,
        zone: lastPart(resource.zone),
        settled: record.action === 'NONE',
        leaving: record.action === 'DELETING',
        createdAt: resource.creationTimestamp,
      })),
    });
    try {
      for (const zone of plan.create) this.#create(groupPath, group, zone);
    } catch (cause) {
      this.#cannotCreate(groupPath, messageOf(cause));
    }
    for (const path of plan.remove) void this.remove(path);
  }

  /** Resolves when the group has no instance left. */
  emptied(groupPath: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (membersOf(this.#store, groupPath).length > 0) return;
        this.#gone.delete(look);
        resolve();
      };
      this.#gone.add(look);
      look();
    });
  }

  /** Drains, stops and deletes an instance; its group fills the gap unless it shrank. */
  async remove(path: string): Promise<void> {
    const driver = this.#take(path);
    this.#set(path, 'STOPPING', { action: 'DELETING' });
    const record = this.#store.state.managed[path];
    if (record !== undefined) this.reconcile(record.group);
    await this.#tearDown(path, driver);
    if (this.#drivers.get(path) !== driver) return;
    this.#drivers.delete(path);
    delete this.#store.state.managed[path];
    this.#store.remove(path);
    if (record !== undefined) this.reconcile(record.group);
    for (const look of this.#gone) look();
  }

  /** Deletes an instance and makes it again under the same name, from the group's template of now. */
  async recreate(path: string): Promise<void> {
    const driver = this.#take(path);
    this.#set(path, 'STOPPING', { action: 'RECREATING' });
    await this.#tearDown(path, driver);
    const record = this.#store.state.managed[path];
    const group = record === undefined ? undefined : this.#store.get('instanceGroupManagers', record.group);
    const old = this.#store.get('instances', path);
    if (this.#drivers.get(path) !== driver || record === undefined || group === undefined || old === undefined) return;
    this.#write(record.group, group, lastPart(old.zone), old.name, old.networkInterfaces[0]?.networkIP);
    this.#set(path, 'PROVISIONING', { action: 'RECREATING' });
    void this.#start(path, true);
  }

  /** Restarts an instance as it stands, as pressing its reset button would. */
  async reset(path: string): Promise<void> {
    const driver = this.#take(path);
    const record = this.#store.state.managed[path];
    const instance = this.#store.get('instances', path);
    if (record === undefined || instance === undefined) return;
    this.#set(path, 'STOPPING', { action: 'RESTARTING' });
    await this.#traffic.refresh();
    await this.#halt(instance.id, 0);
    if (this.#drivers.get(path) === driver) void this.#start(path, false);
  }

  /** Errors of an instance's last attempts that still matter. */
  errorsOf(record: ManagedRecord): readonly AttemptError[] {
    const sound = record.runningSince > 0 && this.#clock.now() - record.runningSince > SOUND_MS;
    return sound && record.action === 'NONE' ? [] : record.lastErrors;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#drivers.clear();
  }

  #create(groupPath: string, group: GroupManager, zone: string): void {
    let name: string;
    const project = splitPath(groupPath)?.scope.project ?? '';
    do {
      name = `${group.baseInstanceName}-${this.#store.nextSuffix(4)}`;
    } while (this.#store.get('instances', `projects/${project}/zones/${zone}/instances/${name}`) !== undefined);
    const path = this.#write(groupPath, group, zone, name, undefined);
    void this.#start(path, true);
  }

  #cannotCreate(groupPath: string, message: string): void {
    const { errors } = this.#store.state;
    const error = { code: 'INVALID_RESOURCE', message };
    const entry = { at: new Date(this.#clock.now()).toISOString(), instance: '', action: 'CREATING', error };
    errors[groupPath] = [...(errors[groupPath] ?? []), entry].slice(-ERRORS_KEPT);
    this.#store.changed();
    const timer = this.#clock.after(BACKOFF_LIMIT_MS / 4, () => {
      this.#timers.delete(timer);
      this.reconcile(groupPath);
    });
    this.#timers.add(timer);
  }

  #write(groupPath: string, group: GroupManager, zone: string, name: string, address: string | undefined): string {
    const scope = zoneScope(splitPath(groupPath)?.scope.project ?? '', zone);
    const made = newInstance(this.#store, this.#placement, this.#clock.now(), {
      groupPath,
      group,
      scope,
      name,
      address,
    });
    this.#store.state.managed[made.path] = made.record;
    this.#store.put('instances', made.path, made.instance);
    return made.path;
  }

  /** Boots until it succeeds, with growing pauses. */
  async #start(path: string, fresh: boolean): Promise<void> {
    const driver = this.#take(path);
    const mine = (): boolean => this.#drivers.get(path) === driver && !this.#closed;
    for (;;) {
      try {
        await this.#boot(path, fresh, mine);
        return;
      } catch (cause) {
        if (!mine()) return;
        this.#failed(path, cause instanceof BootFailure ? cause.code : 'BOOT_FAILED', messageOf(cause));
      }
      const failures = this.#store.state.managed[path]?.failures ?? 0;
      await sleep(this.#clock, Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** Math.max(0, failures - 1)));
      if (!mine()) return;
      this.#set(path, 'PROVISIONING', {});
    }
  }

  async #boot(path: string, fresh: boolean, mine: () => boolean): Promise<void> {
    const instance = this.#store.get('instances', path);
    const record = this.#store.state.managed[path];
    if (instance === undefined || record === undefined) return;
    const zone = lastPart(instance.zone);
    if (this.#faults.stockOut(zone)) {
      throw new BootFailure(
        'ZONE_RESOURCE_POOL_EXHAUSTED',
        `The zone 'projects/${splitPath(path)?.scope.project ?? ''}/zones/${zone}' does not have enough resources available to fulfill the request. Try a different zone, or try again later.`,
      );
    }
    this.#set(path, 'STAGING', {});
    const slow = this.#faults.slowBootMs();
    if (slow > 0) await sleep(this.#clock, slow);
    if (!mine()) return;
    const request = this.#placement.bootRequest(instance, record, fresh);
    const booting = this.#runtime.boot(request, ({ reason }) => {
      if (mine()) void this.#crashed(path, reason);
    });
    this.#booting.set(request.id, booting);
    try {
      await booting;
    } finally {
      this.#booting.delete(request.id);
    }
    if (!mine()) return;
    this.#set(path, 'RUNNING', { action: 'NONE', runningSince: this.#clock.now() });
    this.#scheduleHealing(record.group);
    await this.#traffic.refresh();
    this.reconcile(record.group);
  }

  async #crashed(path: string, reason: string): Promise<void> {
    const record = this.#store.state.managed[path];
    if (record === undefined || isLeaving(record)) return;
    const driver = this.#take(path);
    const ranMs = this.#clock.now() - record.runningSince;
    this.#failed(path, 'INSTANCE_CRASHED', reason, ranMs > SOUND_MS ? 1 : record.failures + 1);
    this.#set(path, 'REPAIRING', { action: 'RESTARTING' });
    void this.#traffic.refresh();
    const failures = this.#store.state.managed[path]?.failures ?? 1;
    await sleep(this.#clock, Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** (failures - 1)));
    if (this.#drivers.get(path) === driver && !this.#closed) void this.#start(path, false);
  }

  #failed(path: string, code: string, message: string, failures?: number): void {
    const record = this.#store.state.managed[path];
    if (record === undefined) return;
    const error = { code, message };
    const { errors } = this.#store.state;
    errors[record.group] = [
      ...(errors[record.group] ?? []),
      { at: new Date(this.#clock.now()).toISOString(), instance: path, action: record.action, error },
    ].slice(-ERRORS_KEPT);
    this.#set(path, 'PROVISIONING', { lastErrors: [error], failures: failures ?? record.failures + 1 }, message);
  }

  async #tearDown(path: string, driver: symbol): Promise<void> {
    await this.#traffic.refresh();
    const drainMs = this.#drainMsOf(path);
    if (drainMs > 0 && this.#traffic.dataPlane.active(path) > 0) await this.#drained(path, drainMs);
    const instance = this.#store.get('instances', path);
    const record = this.#store.state.managed[path];
    if (this.#drivers.get(path) !== driver || instance === undefined) return;
    await this.#halt(instance.id, (record?.drainSeconds ?? 0) * 1000);
    await this.#runtime.discard(instance.id);
  }

  /** Stops an instance, one that is just booting too: its boot may come up after the first stop found nothing. */
  async #halt(id: string, drainMs: number): Promise<void> {
    await this.#runtime.stop(id, drainMs);
    const booting = this.#booting.get(id);
    if (booting === undefined) return;
    await booting.catch(() => undefined);
    await this.#runtime.stop(id, drainMs);
  }

  /** The longest draining time of the services that the instance's group stands behind, milliseconds. */
  #drainMsOf(path: string): number {
    const group = this.#store.state.managed[path]?.group;
    return this.#store
      .list('backendServices', 'projects/')
      .filter(([servicePath, { backends }]) =>
        backends.some(
          (each) =>
            pathOf(each.group, servicePath.split('/')[1] ?? '', 'group').replace(
              '/instanceGroups/',
              '/instanceGroupManagers/',
            ) === group,
        ),
      )
      .reduce((most, [, service]) => Math.max(most, (service.connectionDraining?.drainingTimeoutSec ?? 0) * 1000), 0);
  }

  #drained(path: string, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        forget();
        resolve();
      };
      const timer = this.#clock.after(limitMs, end);
      const forget = this.#traffic.dataPlane.onClosed((instance) => {
        if (instance === path && this.#traffic.dataPlane.active(path) === 0) end();
      });
    });
  }

  #scheduleHealing(groupPath: string): void {
    const delay = this.#store.get('instanceGroupManagers', groupPath)?.autoHealingPolicies[0]?.initialDelaySec;
    if (delay === undefined) return;
    const timer = this.#clock.after(delay * 1000 + 1, () => {
      this.#timers.delete(timer);
      this.#heal();
    });
    this.#timers.add(timer);
  }

  /** Recreates instances that their group's health check finds unhealthy after the initial delay. */
  #heal(): void {
    for (const [groupPath, group] of this.#store.list('instanceGroupManagers', 'projects/')) {
      const policy = group.autoHealingPolicies[0];
      if (policy?.healthCheck === undefined || group.deleting === true) continue;
      for (const member of membersOf(this.#store, groupPath)) {
        const { record } = member;
        if (record.action !== 'NONE') continue;
        const probe = probeOf(this.#store, policy.healthCheck, member, record.port, group.namedPorts);
        const health = probe === undefined ? undefined : this.#traffic.healthOf(probe.key);
        if (probe === undefined || health?.state !== 'UNHEALTHY') continue;
        const grace = Math.max(
          policy.initialDelaySec * 1000,
          probe.intervalMs * (probe.healthyThreshold + probe.unhealthyThreshold),
        );
        if (this.#clock.now() - record.runningSince < grace) continue;
        this.#failed(
          member.instance,
          'UNHEALTHY',
          `The health check ${lastPart(policy.healthCheck)} failed: ${health.reason}`,
        );
        void this.recreate(member.instance);
      }
    }
  }

  #take(path: string): symbol {
    const driver = Symbol(path);
    this.#drivers.set(path, driver);
    return driver;
  }

  #set(path: string, status: InstanceStatus, change: Partial<ManagedRecord>, message?: string): void {
    const instance = this.#store.get('instances', path);
    const record = this.#store.state.managed[path];
    if (instance === undefined || record === undefined) return;
    this.#store.state.managed[path] = { ...record, ...change };
    const { statusMessage: _, ...rest } = instance;
    this.#store.put('instances', path, {
      ...rest,
      status,
      ...(message === undefined ? {} : { statusMessage: message }),
    });
  }
}

/** Zones that a group's instances may live in. */
export function zonesOfGroup(groupPath: string, group: GroupManager): string[] {
  const scope = splitPath(groupPath)?.scope;
  if (scope?.kind === 'zone') return [scope.location];
  const zones = group.distributionPolicy?.zones.map(({ zone }) => lastPart(zone)) ?? [];
  if (zones.length === 0) throw new OperationFailure('INVALID_FIELD_VALUE', `The group ${groupPath} has no zones.`);
  return zones;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
