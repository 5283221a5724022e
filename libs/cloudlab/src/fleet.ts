import type { Clock, Timer } from './clock.ts';
import type { Faults } from './faults.ts';
import { forgetConfigs } from './forget-configs.ts';
import { FullZones, isShortage } from './full-zones.ts';
import { planGroup } from './group-plan.ts';
import type { UpdateAction, UpdatePolicy, Version } from './group-manager-schema.ts';
import { versionsOf } from './group-manager-schema.ts';
import { Healing } from './healing.ts';
import { disksToDelete, lastingDevices } from './instance-disks.ts';
import { refreshedInstance } from './instance-document.ts';
import type { NewInstance, Placement } from './instance-document.ts';
import { InstanceLife } from './instance-life.ts';
import { InstanceMaker } from './instance-maker.ts';
import { lastPart, pathOf, splitPath } from './path.ts';
import { OperationFailure } from './problem.ts';
import { actionFor, goalVersion, planned } from './planned-group.ts';
import type { Runtime } from './runtime.ts';
import type { AttemptError, ManagedRecord, Store } from './store.ts';
import { joinPools, leavePools } from './target-pool-members.ts';
import type { Traffic } from './traffic.ts';
import { isLeaving, membersOf } from './traffic-plan.ts';

/** How long a zone that had no room is left alone where a choice is, and between attempts to create at all. */
const REST_MS = 15_000;

/** Keeps groups at their size and their versions: creates, updates, heals, drains and deletes instances. */
export class Fleet {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #runtime: Runtime;
  readonly #traffic: Traffic;
  readonly #maker: InstanceMaker;
  readonly #life: InstanceLife;
  readonly #healing: Healing;
  readonly #gone = new Set<() => void>();
  readonly #timers = new Set<Timer>();
  readonly #full = new FullZones(REST_MS);
  /** Groups whose plan is being carried out; true when it is to be looked at again after that. */
  readonly #planning = new Map<string, boolean>();
  #closed = false;

  constructor(store: Store, clock: Clock, runtime: Runtime, traffic: Traffic, faults: Faults, placement: Placement) {
    this.#store = store;
    this.#clock = clock;
    this.#runtime = runtime;
    this.#traffic = traffic;
    this.#maker = new InstanceMaker(store, clock, runtime, placement);
    this.#life = new InstanceLife({
      store,
      clock,
      runtime,
      traffic,
      faults,
      placement,
      started: (path) => this.#started(path),
      failed: (path, error) => this.#failed(path, error),
      crashed: (path, reason, ranMs) => this.#crashed(path, reason, ranMs),
    });
    this.#healing = new Healing(store, clock, traffic, {
      verified: (path) => {
        this.#life.set(path, 'RUNNING', { action: 'NONE' });
        this.reconcile(this.#record(path)?.group ?? '');
      },
      unhealthy: (path, why) => {
        this.#life.fail(path, 'UNHEALTHY', why);
        void this.recreate(path, this.#repairVersion(path));
      },
    });
  }

  /** Starts what the state says should run, and ends what was being deleted. */
  resume(): void {
    for (const record of Object.values(this.#store.state.managed)) {
      const status = this.#store.get('instances', record.instance)?.status;
      if (record.action === 'DELETING') void this.remove(record.instance);
      else if (record.action === 'RECREATING') void this.recreate(record.instance, this.#ownVersion(record));
      else if (status === 'TERMINATED') continue;
      else if (status === 'STOPPING' && record.group === '' && record.action === 'NONE')
        void this.stop(record.instance);
      else {
        const action = record.action === 'CREATING' ? 'CREATING' : 'RESTARTING';
        this.#life.set(record.instance, 'PROVISIONING', { action });
        void this.#life.start(record.instance, action === 'CREATING');
      }
    }
    for (const [path] of this.#store.list('instanceGroupManagers', 'projects/')) this.reconcile(path);
  }

  /** Takes the next steps towards the group's size and versions. Unknown groups are fine. */
  reconcile(groupPath: string): void {
    if (this.#planning.has(groupPath)) {
      this.#planning.set(groupPath, true);
      return;
    }
    this.#planning.set(groupPath, false);
    this.#carryOut(groupPath);
    const again = this.#planning.get(groupPath) === true;
    this.#planning.delete(groupPath);
    if (again) this.reconcile(groupPath);
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

  /** Gives a group another size; its fingerprint stays, as nobody edited it. */
  resize(groupPath: string, targetSize: number): void {
    const group = this.#store.get('instanceGroupManagers', groupPath);
    if (group === undefined) return;
    this.#store.put('instanceGroupManagers', groupPath, { ...group, targetSize });
    this.reconcile(groupPath);
  }

  /** Boots an instance that was just made. */
  launch({ path, instance, record }: NewInstance): void {
    this.#store.state.managed[path] = record;
    this.#store.put('instances', path, instance);
    void this.#life.start(path, true);
  }

  /**
   * Judges an instance that was inserted by itself: one that there is no room for goes again.
   * @throws OperationFailure with why there is none
   */
  async settle(path: string): Promise<void> {
    const shortage = this.#record(path)?.lastErrors.find(({ code }) => isShortage(code));
    if (shortage === undefined || this.#store.get('instances', path)?.status !== 'PROVISIONING') return;
    await this.remove(path);
    throw new OperationFailure(shortage.code, shortage.message);
  }

  /** Drains, stops and deletes an instance for good; its group fills the gap unless it shrank. */
  async remove(path: string): Promise<void> {
    const driver = this.#life.take(path);
    this.#life.set(path, 'STOPPING', { action: 'DELETING' });
    const group = this.#record(path)?.group ?? '';
    const manager = this.#store.get('instanceGroupManagers', group);
    const lasting = lastingDevices(manager, manager?.perInstanceConfigs?.[lastPart(path)]);
    forgetConfigs(this.#store, group, [path]);
    this.reconcile(group);
    if (!(await this.#life.tearDown(path, driver))) return;
    const instance = this.#store.get('instances', path);
    if (instance !== undefined) {
      await this.#runtime.discard(instance.id);
      this.#maker.deleteDisks(disksToDelete(this.#store, instance, lasting));
    }
    this.#life.remove(path);
    this.reconcile(group);
    for (const look of this.#gone) look();
  }

  /**
   * Makes a group's instance anew under its name, with the disks that are to be kept; one that stands alone is restarted.
   * @param version the version to make it of; the one that the group lacks when left out
   */
  async recreate(path: string, version?: Version): Promise<void> {
    if (this.#record(path)?.group === '') return this.reset(path);
    const driver = this.#life.take(path);
    const groupPath = this.#record(path)?.group ?? '';
    const before = this.#store.get('instanceGroupManagers', groupPath);
    const goal = version ?? (before === undefined ? undefined : goalVersion(this.#store, groupPath, before, path));
    // From now on it counts as what it is going to be.
    this.#life.set(path, 'STOPPING', { action: 'RECREATING', ...(goal === undefined ? {} : intended(path, goal)) });
    if (!(await this.#life.tearDown(path, driver))) return;
    const group = this.#store.get('instanceGroupManagers', groupPath);
    const old = this.#store.get('instances', path);
    if (group === undefined || old === undefined || goal === undefined) return;
    let made: NewInstance;
    try {
      made = this.#maker.succeed(groupPath, group, old, goal);
    } catch (cause) {
      this.#life.fail(path, 'INVALID_RESOURCE', messageOf(cause));
      this.#later(() => {
        if (this.#life.isMine(path, driver)) void this.recreate(path, version);
      });
      return;
    }
    // Before anything is waited for: whoever takes over meanwhile finds the successor with its disks.
    this.#store.state.managed[path] = { ...made.record, action: 'RECREATING' };
    this.#store.put('instances', path, made.instance);
    await this.#handOver(path, driver, old.id, made);
  }

  /** Deletes an instance that somebody else than its group wants gone: the group makes it anew under its name. */
  lose(path: string): Promise<void> {
    const group = this.#store.get('instanceGroupManagers', this.#record(path)?.group ?? '');
    const isGone = group === undefined || group.deleting === true || this.#record(path)?.action === 'DELETING';
    return isGone ? this.remove(path) : this.recreate(path);
  }

  /**
   * Restarts an instance as it stands, as pressing its reset button would.
   * @throws OperationFailure when it is on its way out or stopped by now
   */
  async reset(path: string): Promise<void> {
    this.#refuseUnlessStaying(path);
    if (this.#store.get('instances', path)?.status === 'TERMINATED') throw notReady(path, 'it is stopped; start it.');
    const driver = this.#life.take(path);
    const instance = this.#store.get('instances', path);
    if (instance === undefined) return;
    this.#life.set(path, 'STOPPING', { action: 'RESTARTING' });
    await this.#traffic.refresh();
    await this.#life.halt(instance.id, 0);
    if (this.#life.isMine(path, driver)) void this.#life.start(path, false);
  }

  /**
   * Stops an instance. A group does not leave its own like that and makes it anew.
   * @throws OperationFailure when it is on its way out by now
   */
  async stop(path: string): Promise<void> {
    this.#refuseUnlessStaying(path);
    if (this.#record(path)?.group !== '') return this.recreate(path);
    const driver = this.#life.take(path);
    this.#life.set(path, 'STOPPING', { action: 'NONE' });
    if (!(await this.#life.tearDown(path, driver))) return;
    this.#life.set(path, 'TERMINATED', {});
  }

  /**
   * Starts a stopped instance; one that runs stays as it is.
   * @throws OperationFailure when it is on its way out or being stopped, and when there is no room for it: it stays stopped
   */
  start(path: string): void {
    this.#refuseUnlessStaying(path);
    const status = this.#store.get('instances', path)?.status;
    if (status === 'STOPPING') throw notReady(path, 'it is being stopped.');
    if (status !== 'TERMINATED') return;
    const shortage = this.#life.shortage(path);
    if (shortage !== undefined) throw new OperationFailure(shortage.code, shortage.message);
    this.#life.set(path, 'PROVISIONING', { action: 'RESTARTING' });
    void this.#life.start(path, false);
  }

  /** Lets instances go: they live on by themselves. */
  abandon(groupPath: string, paths: readonly string[]): void {
    const pools = this.#store.get('instanceGroupManagers', groupPath)?.targetPools ?? [];
    for (const path of paths) {
      const record = this.#record(path);
      if (record === undefined) continue;
      const action = record.action === 'VERIFYING' ? 'NONE' : record.action;
      this.#store.state.managed[path] = { ...record, group: '', action };
      leavePools(this.#store, path, pools);
    }
    forgetConfigs(this.#store, groupPath, paths);
    this.#store.changed();
    void this.#traffic.refresh();
    this.reconcile(groupPath);
    for (const look of this.#gone) look();
  }

  /** Brings instances to the version that they should have, now and all at once. */
  applyUpdates(
    groupPath: string,
    paths: readonly string[],
    policy: Pick<UpdatePolicy, 'minimalAction' | 'mostDisruptiveAllowedAction'>,
  ): void {
    const group = this.#store.get('instanceGroupManagers', groupPath);
    if (group === undefined) return;
    for (const path of paths) {
      const record = this.#record(path);
      const version = goalVersion(this.#store, groupPath, group, path);
      const action = record === undefined ? undefined : actionFor(this.#store, record, version, policy);
      if (action !== undefined) this.#update(path, version, action);
    }
    this.reconcile(groupPath);
  }

  /** Puts the group's instances into its target pools, and out of pools that it left. */
  changePools(groupPath: string, before: readonly string[], after: readonly string[]): void {
    for (const { instance, resource } of membersOf(this.#store, groupPath)) {
      leavePools(
        this.#store,
        instance,
        before.filter((pool) => !after.includes(pool)),
      );
      if (resource.status === 'RUNNING') joinPools(this.#store, instance, after);
    }
    void this.#traffic.refresh();
  }

  /** Errors of an instance's last attempts that still matter. */
  errorsOf(record: ManagedRecord): readonly AttemptError[] {
    return this.#life.errorsOf(record);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#healing.close();
    this.#life.close();
  }

  #carryOut(groupPath: string): void {
    const group = this.#store.get('instanceGroupManagers', groupPath);
    if (group === undefined || this.#closed) return;
    const plan = planGroup(planned(this.#store, groupPath, group, this.#full.at(this.#clock.now())));
    const versions = versionsOf(group);
    for (const path of plan.remove) void this.remove(path);
    for (const { path, version, action } of plan.update) {
      const to = versions[version];
      if (to !== undefined) this.#update(path, to, action);
    }
    try {
      for (const { zone, version, name } of plan.create) {
        this.launch(this.#maker.create(groupPath, group, zone, versions[version], name));
      }
    } catch (cause) {
      this.#life.failGroup(groupPath, '', 'CREATING', { code: 'INVALID_RESOURCE', message: messageOf(cause) });
      this.#later(() => this.reconcile(groupPath));
    }
  }

  /** Gives a successor what it has from the instance before it, until that succeeds, and boots it. */
  async #handOver(path: string, driver: symbol, from: string, to: NewInstance): Promise<void> {
    try {
      if (to.record.keepsRoot === true) await this.#runtime.inheritRoot(from, to.instance.id);
      await this.#runtime.discard(from);
    } catch (cause) {
      if (!this.#life.isMine(path, driver)) return;
      this.#life.fail(path, 'INVALID_RESOURCE', messageOf(cause));
      this.#later(() => {
        if (this.#life.isMine(path, driver)) void this.#handOver(path, driver, from, to);
      });
      return;
    }
    if (this.#life.isMine(path, driver)) void this.#life.start(path, true);
  }

  /** What an unhealthy instance is made anew of: its own version, unless its group's updates reach it anyway. */
  #repairVersion(path: string): Version | undefined {
    const record = this.#record(path);
    const group = this.#store.get('instanceGroupManagers', record?.group ?? '');
    const isUpdated =
      group?.updatePolicy?.type === 'PROACTIVE' || group?.instanceLifecyclePolicy?.forceUpdateOnRepair === 'YES';
    return record === undefined || isUpdated ? undefined : this.#ownVersion(record);
  }

  /** The version that an instance has or was going to have; undefined when its template is gone. */
  #ownVersion({ template, version }: ManagedRecord): Version | undefined {
    if (this.#store.get('instanceTemplates', template) === undefined) return undefined;
    return { instanceTemplate: template, name: version };
  }

  /** What was ordered may have been overtaken by the time that it is due. */
  #refuseUnlessStaying(path: string): void {
    const record = this.#record(path);
    if (record === undefined) throw new OperationFailure('RESOURCE_NOT_FOUND', `The resource '${path}' was not found`);
    if (isLeaving(record)) throw notReady(path, 'it is being deleted or made anew.');
  }

  #update(path: string, version: Version, action: UpdateAction): void {
    const instance = this.#store.get('instances', path);
    const record = this.#record(path);
    const scope = splitPath(path)?.scope;
    if (instance === undefined || record === undefined || scope === undefined || isLeaving(record)) return;
    if (action === 'REPLACE') {
      void this.recreate(path, version);
      return;
    }
    const next = refreshedInstance(this.#store, instance, record, scope, version);
    this.#store.state.managed[path] = next.record;
    this.#store.put('instances', path, next.instance);
    if (action === 'RESTART') void this.#restart(path);
    else void this.#traffic.refresh();
  }

  async #restart(path: string): Promise<void> {
    const driver = this.#life.take(path);
    this.#life.set(path, 'STOPPING', { action: 'RESTARTING' });
    if (await this.#life.tearDown(path, driver)) void this.#life.start(path, false);
  }

  #started(path: string): void {
    const record = this.#record(path);
    if (record === undefined) return;
    const group = this.#store.get('instanceGroupManagers', record.group);
    this.#life.set(path, 'RUNNING', { action: this.#healing.watches(group) ? 'VERIFYING' : 'NONE' });
    if (group !== undefined) joinPools(this.#store, path, group.targetPools);
    this.#healing.expect(record.group);
    // Only when traffic can come to it may others go.
    void this.#traffic.refresh().then(() => this.reconcile(record.group));
  }

  #failed(path: string, { code }: AttemptError): void {
    this.#full.failed(code, splitPath(path)?.scope.location ?? '', this.#clock.now());
    this.reconcile(this.#record(path)?.group ?? '');
  }

  #crashed(path: string, reason: string, ranMs: number): void {
    const record = this.#record(path);
    if (record === undefined || isLeaving(record)) return;
    if (!this.#healing.takesOver(record, ranMs)) {
      void this.#life.restart(path, reason, ranMs);
      return;
    }
    this.#life.fail(path, 'INSTANCE_CRASHED', reason, 1);
    void this.recreate(path, this.#repairVersion(path));
  }

  #later(run: () => void): void {
    const timer = this.#clock.after(REST_MS, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }

  #record(path: string): ManagedRecord | undefined {
    return this.#store.state.managed[path];
  }
}

function intended(path: string, version: Version): Pick<ManagedRecord, 'template' | 'version'> {
  const project = splitPath(path)?.scope.project ?? '';
  return { template: pathOf(version.instanceTemplate, project, 'version'), version: version.name };
}

function notReady(path: string, why: string): OperationFailure {
  return new OperationFailure('RESOURCE_NOT_READY', `The resource '${path}' is not ready: ${why}`);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
