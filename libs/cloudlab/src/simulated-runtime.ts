import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';
import { OperationFailure } from './problem.ts';
import { BootFailure } from './runtime.ts';
import type {
  BootRequest,
  ConsoleOutput,
  DataDisk,
  DiskContents,
  ImageManifest,
  InstanceExit,
  Runtime,
} from './runtime.ts';

/** As much of a console as can be read: as in the real API, the last megabyte. */
const CONSOLE_KEPT = 1 << 20;

/** How simulated instances behave. */
export interface SimulationOptions {
  readonly bootMs?: number;
  /** How long an instance takes to end after SIGTERM. */
  readonly stopMs?: number;
  /** A sentence when this boot should fail. */
  readonly bootFailure?: (request: BootRequest) => string | undefined;
  /** Whether an instance answers its health check. */
  readonly healthy?: (address: string) => boolean;
  /** Processors that an instance keeps busy, e.g. 0.5. */
  readonly busy?: (request: BootRequest) => number;
}

interface Simulated {
  request: BootRequest;
  readonly onExit: (exit: InstanceExit) => void;
  /** Processor seconds used, and until when they are counted. */
  cpu: { seconds: number; readonly at: number };
}

/** A runtime in virtual time: instances are entries in a table, so that a day of a cloud takes milliseconds. */
export class SimulatedRuntime implements Runtime {
  readonly processors = Number.POSITIVE_INFINITY;
  readonly running = new Map<string, Simulated>();
  readonly images = new Map<string, ImageManifest>();
  readonly #clock: Clock;
  readonly #options: SimulationOptions;
  readonly #checkouts = new Set<string>();
  readonly #consoles = new Map<string, string>();
  /** Which root each instance has: one that was handed on keeps its name. */
  readonly roots = new Map<string, string>();
  /** Data disks that were ever filled or attached and not discarded, with what is on them. */
  readonly disks = new Map<string, string>();
  readonly snapshots = new Map<string, string>();

  constructor(clock: Clock, options: SimulationOptions = {}) {
    this.#clock = clock;
    this.#options = options;
  }

  async boot(request: BootRequest, onExit: (exit: InstanceExit) => void): Promise<void> {
    await sleep(this.#clock, this.#options.bootMs ?? 2000);
    const failure = this.#options.bootFailure?.(request);
    if (failure !== undefined) throw new BootFailure('BOOT_FAILED', failure);
    if (request.fresh || !this.roots.has(request.id)) this.roots.set(request.id, request.id);
    for (const { id } of request.disks) this.#haveDisk(id);
    this.print(request.id, `--- ${new Date(this.#clock.now()).toISOString()} ${request.name}: simulated instance\n`);
    this.running.set(request.id, { request, onExit, cpu: { seconds: 0, at: this.#clock.now() } });
  }

  async stop(id: string, drainMs: number): Promise<void> {
    if (!this.running.has(id)) return;
    await sleep(this.#clock, Math.min(drainMs, this.#options.stopMs ?? 500));
    this.running.delete(id);
  }

  crash(id: string): void {
    const instance = this.running.get(id);
    this.running.delete(id);
    instance?.onExit({ reason: 'The program was killed by SIGKILL.' });
  }

  discard(id: string): Promise<void> {
    this.#consoles.delete(id);
    this.roots.delete(id);
    return Promise.resolve();
  }

  inheritRoot(from: string, to: string): Promise<void> {
    this.roots.set(to, this.roots.get(from) ?? from);
    return Promise.resolve();
  }

  attachDisk(id: string, disk: DataDisk): Promise<void> {
    this.#changeDisks(id, (disks) => [...disks.filter(({ device }) => device !== disk.device), disk]);
    this.#haveDisk(disk.id);
    return Promise.resolve();
  }

  detachDisk(id: string, device: string): Promise<void> {
    this.#changeDisks(id, (disks) => disks.filter((each) => each.device !== device));
    return Promise.resolve();
  }

  fillDisk(id: string, contents: DiskContents): Promise<void> {
    const content = 'image' in contents ? contents.image : this.snapshots.get(contents.snapshot);
    if (content === undefined) return Promise.reject(new OperationFailure('RESOURCE_NOT_FOUND', 'It is gone.'));
    if (!this.disks.has(id)) this.disks.set(id, content);
    return Promise.resolve();
  }

  takeSnapshot(id: string, disk: string): Promise<number> {
    const content = this.disks.get(disk) ?? '';
    this.snapshots.set(id, content);
    return Promise.resolve(content.length);
  }

  discardSnapshot(id: string): Promise<void> {
    this.snapshots.delete(id);
    return Promise.resolve();
  }

  discardDisk(id: string): Promise<void> {
    this.disks.delete(id);
    return Promise.resolve();
  }

  /** Has an instance write to its console. */
  print(id: string, text: string): void {
    this.#consoles.set(id, (this.#consoles.get(id) ?? '') + text);
  }

  serialOutput(id: string, start: number): Promise<ConsoleOutput> {
    const text = this.#consoles.get(id) ?? '';
    const from = Math.min(Math.max(start, text.length - CONSOLE_KEPT), text.length);
    return Promise.resolve({ contents: text.slice(from), start: from, next: text.length });
  }

  cpuSeconds(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const now = this.#clock.now();
    const used = new Map<string, number>();
    for (const id of ids) {
      const instance = this.running.get(id);
      if (instance === undefined) continue;
      const passed = (now - instance.cpu.at) / 1000;
      const seconds = instance.cpu.seconds + passed * (this.#options.busy?.(instance.request) ?? 0);
      instance.cpu = { seconds, at: now };
      used.set(id, seconds);
    }
    return Promise.resolve(used);
  }

  probe({
    address,
    port,
  }: {
    readonly address: string;
    readonly port: number;
  }): Promise<{ ok: boolean; reason: string }> {
    if (!this.listens(address, port)) {
      const served = this.#at(address)?.request.port;
      const hint = served === undefined ? '' : ` The instance listens on port ${served}.`;
      return Promise.resolve({ ok: false, reason: `Nothing listens at ${address}:${port}.${hint}` });
    }
    const ok = this.#options.healthy?.(address) ?? true;
    return Promise.resolve({ ok, reason: ok ? 'Answered 200.' : `Nothing answers at ${address}:${port}.` });
  }

  /** Whether an instance runs at this address and serves this port. */
  listens(address: string, port: number): boolean {
    return this.#at(address)?.request.port === port;
  }

  importImage(source: string): Promise<{ digest: string; bytes: number; manifest: ImageManifest }> {
    if (!source.startsWith('file://')) {
      return Promise.reject(new OperationFailure('INVALID_FIELD_VALUE', `'${source}' is not a file URL.`));
    }
    const manifest = { entry: ['/bin/true'], env: {}, packages: [], description: '' };
    const digest = `sha256:${Buffer.from(source).toString('hex')}`;
    this.images.set(digest, manifest);
    return Promise.resolve({ digest, bytes: 1024, manifest });
  }

  manifest(digest: string): Promise<ImageManifest | undefined> {
    return Promise.resolve(this.images.get(digest));
  }

  keepImages(needed: () => ReadonlySet<string>): Promise<void> {
    for (const digest of this.images.keys()) if (!needed().has(digest)) this.images.delete(digest);
    return Promise.resolve();
  }

  checkOut(digest: string): Promise<{ id: string; path: string }> {
    const id = `${digest.slice(-8)}-${this.#checkouts.size + 1}`;
    this.#checkouts.add(id);
    return Promise.resolve({ id, path: `/simulated/${id}` });
  }

  discardCheckout(id: string): Promise<void> {
    this.#checkouts.delete(id);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.running.clear();
    return Promise.resolve();
  }

  #at(address: string): Simulated | undefined {
    return [...this.running.values()].find(({ request }) => request.address === address);
  }

  #haveDisk(id: string): void {
    if (!this.disks.has(id)) this.disks.set(id, '');
  }

  #changeDisks(id: string, change: (disks: readonly DataDisk[]) => readonly DataDisk[]): void {
    const instance = this.running.get(id);
    if (instance) instance.request = { ...instance.request, disks: change(instance.request.disks) };
  }
}
