import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';
import { fillDisk } from './disk-contents.ts';
import type { Faults } from './faults.ts';
import { imageDigest } from './instance-document.ts';
import { dataDisks } from './instance-disks.ts';
import type { Placement } from './instance-document.ts';
import { pathOf, splitPath } from './path.ts';
import { instanceShortage } from './quotas.ts';
import { ZONE_FULL } from './full-zones.ts';
import type { InstanceStatus } from './resource.ts';
import { BootFailure } from './runtime.ts';
import type { Runtime } from './runtime.ts';
import type { AttemptError, ManagedRecord, Store } from './store.ts';
import { leavePools } from './target-pool-members.ts';
import type { Traffic } from './traffic.ts';

const BACKOFF_MS = 1000;
const BACKOFF_LIMIT_MS = 60_000;
const SOUND_MS = 60_000;
const ERRORS_KEPT = 50;

/** What the life of an instance works with. */
export interface LifeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly traffic: Traffic;
  readonly faults: Faults;
  readonly placement: Placement;
  /** Told when an instance runs. */
  readonly started: (path: string) => void;
  /** Told when a start failed. */
  readonly failed: (path: string, error: AttemptError) => void;
  /** Told when a program ended by itself. @param ranMs how long it had run */
  readonly crashed: (path: string, reason: string, ranMs: number) => void;
}

/** Boots, drains, stops and restarts single instances. One driver at a time has an instance; a newer one takes over. */
export class InstanceLife {
  readonly #options: LifeOptions;
  readonly #drivers = new Map<string, symbol>();
  /** Boots under way, by instance id. */
  readonly #booting = new Map<string, Promise<void>>();
  #closed = false;

  constructor(options: LifeOptions) {
    this.#options = options;
  }

  /** Makes the caller the instance's driver; whoever drove it before gives up at its next step. */
  take(path: string): symbol {
    const driver = Symbol(path);
    this.#drivers.set(path, driver);
    return driver;
  }

  isMine(path: string, driver: symbol): boolean {
    return !this.#closed && this.#drivers.get(path) === driver;
  }

  /** Forgets an instance that is gone. */
  forget(path: string): void {
    this.#drivers.delete(path);
  }

  close(): void {
    this.#closed = true;
    this.#drivers.clear();
  }

  /** Boots until it succeeds, with growing pauses. */
  async start(path: string, fresh: boolean): Promise<void> {
    const driver = this.take(path);
    const mine = (): boolean => this.isMine(path, driver);
    for (;;) {
      try {
        await this.#boot(path, fresh, mine);
        return;
      } catch (cause) {
        if (!mine()) return;
        const message = cause instanceof Error ? cause.message : String(cause);
        this.fail(path, cause instanceof BootFailure ? cause.code : 'BOOT_FAILED', message);
      }
      const failures = this.#record(path)?.failures ?? 0;
      await sleep(this.#options.clock, Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** Math.max(0, failures - 1)));
      if (!mine()) return;
      this.set(path, 'PROVISIONING', {});
    }
  }

  /** Starts an instance whose program ended, after a pause that grows while it does so again and again. */
  async restart(path: string, reason: string, ranMs: number): Promise<void> {
    const record = this.#record(path);
    if (record === undefined) return;
    const driver = this.take(path);
    const failures = ranMs > SOUND_MS ? 1 : record.failures + 1;
    this.fail(path, 'INSTANCE_CRASHED', reason, failures);
    this.set(path, 'REPAIRING', { action: 'RESTARTING' });
    void this.#options.traffic.refresh();
    await sleep(this.#options.clock, Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** (failures - 1)));
    if (this.isMine(path, driver)) void this.start(path, false);
  }

  /** Why the quota or the zone has no room for an instance to start in, undefined when they have. */
  shortage(path: string): AttemptError | undefined {
    const { store, faults } = this.#options;
    const scope = splitPath(path)?.scope;
    const overQuota = instanceShortage(store, path, store.get('instances', path)?.machineType ?? '');
    if (overQuota !== undefined || scope === undefined || !faults.stockOut(scope.location)) return overQuota;
    return {
      code: ZONE_FULL,
      message: `The zone '${scope.path}' does not have enough resources available to fulfill the request. Try a different zone, or try again later.`,
    };
  }

  /** Takes an instance out of the load balancers, lets its connections end, and stops it. False when another driver took over. */
  async tearDown(path: string, driver: symbol): Promise<boolean> {
    const { store, traffic } = this.#options;
    await traffic.refresh();
    const drainMs = this.#drainMsOf(path);
    if (drainMs > 0 && traffic.dataPlane.active(path) > 0) await this.#drained(path, drainMs);
    const instance = store.get('instances', path);
    if (!this.isMine(path, driver) || instance === undefined) return false;
    await this.halt(instance.id, (this.#record(path)?.drainSeconds ?? 0) * 1000);
    return this.isMine(path, driver);
  }

  /** Stops an instance, one that is just booting too: its boot may come up after the first stop found nothing. */
  async halt(id: string, drainMs: number): Promise<void> {
    const { runtime } = this.#options;
    await runtime.stop(id, drainMs);
    const booting = this.#booting.get(id);
    if (booting === undefined) return;
    await booting.catch(() => undefined);
    await runtime.stop(id, drainMs);
  }

  /** Forgets a stopped instance with its record. */
  remove(path: string): void {
    const { store } = this.#options;
    this.forget(path);
    delete store.state.managed[path];
    store.remove(path);
    leavePools(store, path);
  }

  /** Notes an error of an instance where its group lists errors, and with itself. */
  fail(path: string, code: string, message: string, failures?: number): void {
    const record = this.#record(path);
    if (record === undefined) return;
    const error = { code, message };
    if (record.group !== '') this.failGroup(record.group, path, record.action, error);
    const failed = { lastErrors: [error], failures: failures ?? record.failures + 1 };
    this.set(path, 'PROVISIONING', failed, message);
    this.#options.failed(path, error);
  }

  /** Notes an error where a group lists errors. @param instance path, empty when it came to none */
  failGroup(group: string, instance: string, action: string, error: AttemptError): void {
    const { store, clock } = this.#options;
    const entry = { at: new Date(clock.now()).toISOString(), instance, action, error };
    store.state.errors[group] = [...(store.state.errors[group] ?? []), entry].slice(-ERRORS_KEPT);
    store.changed();
  }

  /** Writes an instance's status and what is remembered of it. */
  set(path: string, status: InstanceStatus, change: Partial<ManagedRecord>, message?: string): void {
    const { store } = this.#options;
    const instance = store.get('instances', path);
    const record = this.#record(path);
    if (instance === undefined || record === undefined) return;
    store.state.managed[path] = { ...record, ...change };
    const { statusMessage: _, ...rest } = instance;
    store.put('instances', path, {
      ...rest,
      status,
      ...(message === undefined ? {} : { statusMessage: message }),
    });
  }

  /** Errors of an instance's last attempts that still matter. */
  errorsOf(record: ManagedRecord): readonly AttemptError[] {
    const sound = record.runningSince > 0 && this.#options.clock.now() - record.runningSince > SOUND_MS;
    return sound && (record.action === 'NONE' || record.action === 'VERIFYING') ? [] : record.lastErrors;
  }

  async #boot(path: string, fresh: boolean, mine: () => boolean): Promise<void> {
    const { store, clock, runtime, faults, placement, started } = this.#options;
    const instance = store.get('instances', path);
    const record = this.#record(path);
    if (instance === undefined || record === undefined) return;
    const shortage = this.shortage(path);
    if (shortage !== undefined) throw new BootFailure(shortage.code, shortage.message);
    const digest = record.digest === '' ? this.#lookUpImage(path, record) : record.digest;
    this.set(path, 'STAGING', { digest });
    const slow = faults.slowBootMs();
    if (slow > 0) await sleep(clock, slow);
    if (!mine()) return;
    const broken = faults.boot(`${instance.name} ${this.#imageOf(path)}`);
    if (broken !== undefined) throw new BootFailure(broken.code, broken.message);
    for (const disk of dataDisks(store, instance)) await fillDisk(store, runtime, disk.path);
    if (!mine()) return;
    const request = placement.bootRequest(store, instance, { ...record, digest }, fresh && record.keepsRoot !== true);
    const booting = runtime.boot(request, ({ reason }) => {
      const since = this.#record(path)?.runningSince ?? 0;
      if (mine()) this.#options.crashed(path, reason, clock.now() - since);
    });
    this.#booting.set(request.id, booting);
    try {
      await booting;
    } finally {
      this.#booting.delete(request.id);
    }
    if (!mine()) return;
    this.set(path, 'RUNNING', { runningSince: clock.now() });
    started(path);
  }

  #lookUpImage(path: string, record: ManagedRecord): string {
    const { store } = this.#options;
    const project = splitPath(path)?.scope.project ?? '';
    const template = store.get('instanceTemplates', record.template);
    const digest = template === undefined ? undefined : imageDigest(store, template.properties, project);
    if (digest !== undefined) return digest;
    throw new BootFailure(
      'RESOURCE_NOT_FOUND',
      `The image of the boot disk, '${this.#imageOf(path)}', was not found or is not READY.`,
    );
  }

  /** The image that an instance's boot disk was made from, as its template names it. */
  #imageOf(path: string): string {
    const { store } = this.#options;
    const source = store.get('instances', path)?.disks.find(({ boot }) => boot)?.source;
    const disk =
      source === undefined ? undefined : store.get('disks', pathOf(source, path.split('/')[1] ?? '', 'source'));
    return disk?.sourceImage ?? '(none)';
  }

  /** The longest draining time of the services that the instance's group stands behind, milliseconds. */
  #drainMsOf(path: string): number {
    const group = this.#record(path)?.group;
    return this.#options.store
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
    const { clock, traffic } = this.#options;
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        forget();
        resolve();
      };
      const timer = clock.after(limitMs, end);
      const forget = traffic.dataPlane.onClosed((instance) => {
        if (instance === path && traffic.dataPlane.active(path) === 0) end();
      });
    });
  }

  #record(path: string): ManagedRecord | undefined {
    return this.#options.store.state.managed[path];
  }
}
