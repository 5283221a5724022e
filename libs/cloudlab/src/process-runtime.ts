import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';
import { run } from './command.ts';
import { DiskStore } from './disk-store.ts';
import { ImageStore } from './image-store.ts';
import { InstanceProcess, STARTUP_SCRIPT } from './instance-process.ts';
import { inspectListeners } from './listeners.ts';
import { probe } from './probe.ts';
import { treeCpuSeconds } from './process-cpu.ts';
import { OperationFailure } from './problem.ts';
import { BootFailure } from './runtime.ts';
import type { BootRequest, ConsoleOutput, DataDisk, DiskContents, InstanceExit, Probe, Runtime } from './runtime.ts';
import { SerialConsole } from './serial-console.ts';

/** As much of the console as is searched for the last words of a program. */
const LAST_WORDS = 64 << 10;
const LISTEN_WITHIN_MS = 15_000;
const WATCH_MS = 5000;

interface Running {
  readonly request: BootRequest;
  readonly process: InstanceProcess;
  /** Names of the disks that it has. */
  readonly devices: Set<string>;
  readonly onExit: (exit: InstanceExit) => void;
  /** Nobody is told of the end of one that was stopped, or whose boot has not succeeded. */
  quiet: boolean;
}

/**
 * Runs instances on this machine: each inside its image's root file system, with its own processes and host name, on
 * its own loopback address. Everything dies with this process.
 */
export class ProcessRuntime implements Runtime {
  readonly images: ImageStore;
  readonly processors = availableParallelism();
  readonly #folder: string;
  readonly #disks: DiskStore;
  readonly #clock: Clock;
  readonly #running = new Map<string, Running>();
  readonly #consoles = new Map<string, SerialConsole>();
  #closed = false;
  #watching: NodeJS.Timeout | undefined;

  /** @param folder cloudlab's data folder; images, instances and staging live in it */
  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    this.images = new ImageStore(folder);
    this.#disks = new DiskStore(folder);
  }

  /** Makes the folders. */
  async prepare(): Promise<void> {
    await this.images.prepare();
    await mkdir(join(this.#folder, 'instances'), { recursive: true });
    this.#watching = setInterval(() => void this.#watch(), WATCH_MS);
    this.#watching.unref();
  }

  async boot(request: BootRequest, onExit: (exit: InstanceExit) => void): Promise<void> {
    const manifest = await this.images.manifest(request.digest);
    if (manifest === undefined)
      throw new BootFailure('BOOT_FAILED', `The content of the image (${request.digest}) is gone.`);
    if (manifest.entry.length === 0) {
      throw new BootFailure(
        'BOOT_FAILED',
        'The image has no entry in its image.json: it is a base to bake on, not something to boot.',
      );
    }
    const folder = this.#folderOf(request.id);
    const console = this.#consoleOf(request.id);
    if (request.fresh) await run(['rm', '-rf', join(folder, 'upper'), join(folder, 'work'), join(folder, 'root')]);
    // Mounts end with the process; what is left of them are the empty folders below.
    await rm(join(folder, 'disks'), { recursive: true, force: true });
    for (const part of ['upper/etc', 'work', 'root', 'disks']) await mkdir(join(folder, part), { recursive: true });
    await writeFile(join(folder, 'upper/etc/hostname'), `${request.name}\n`);
    await writeFile(join(folder, 'upper/etc/hosts'), `127.0.0.1 localhost\n${request.address} ${request.name}\n`);
    const script = join(folder, 'upper', STARTUP_SCRIPT);
    if (request.startupScript === undefined) await rm(script, { force: true });
    else await writeFile(script, `${request.startupScript}\n`, { mode: 0o755 });
    const disks = await Promise.all(
      request.disks.map(async ({ device, id, readOnly }) => ({
        device,
        readOnly,
        folder: await this.#disks.folderOf(id),
      })),
    );
    if (this.#closed) throw new BootFailure('BOOT_FAILED', 'cloudlab is stopping.');
    const process = await InstanceProcess.spawn({
      folder,
      console: console.file,
      disks,
      hasStartupScript: request.startupScript !== undefined,
      root: this.images.rootOf(request.digest),
      hostname: request.name,
      manifest,
      environment: request.environment,
      started: new Date(this.#clock.now()).toISOString(),
    });
    const devices = new Set(disks.map(({ device }) => device));
    const running: Running = { request, process, devices, onExit, quiet: true };
    this.#running.set(request.id, running);
    if (this.#closed) process.kill();
    void process.exited.then((ending) => this.#ended(running, ending));
    await this.#untilListening(running);
    // It may have ended while its listeners were looked at, when nobody was told yet.
    if (process.ending !== undefined) throw await this.#endedEarly(running, process.ending);
    running.quiet = false;
  }

  async stop(id: string, drainMs: number): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    running.quiet = true;
    await running.process.terminate();
    await Promise.race([running.process.exited, sleep(this.#clock, drainMs)]);
    running.process.kill();
    await running.process.exited;
    this.#running.delete(id);
  }

  crash(id: string): void {
    this.#running.get(id)?.process.kill();
  }

  async discard(id: string): Promise<void> {
    this.#consoles.delete(id);
    await run(['rm', '-rf', '--one-file-system', this.#folderOf(id)]);
  }

  async inheritRoot(from: string, to: string): Promise<void> {
    const [source, target] = [this.#folderOf(from), this.#folderOf(to)];
    await mkdir(target, { recursive: true });
    await rename(join(source, 'upper'), join(target, 'upper')).catch((cause: unknown) => {
      // One that never booted has nothing to hand on.
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    });
  }

  async attachDisk(id: string, { device, id: disk, readOnly }: DataDisk): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined || running.devices.has(device)) return;
    running.devices.add(device);
    await running.process.mountDisk({ device, folder: await this.#disks.folderOf(disk), readOnly });
  }

  async detachDisk(id: string, device: string): Promise<void> {
    const running = this.#running.get(id);
    if (running?.devices.delete(device) === true) await running.process.unmountDisk(device);
  }

  async fillDisk(id: string, contents: DiskContents): Promise<void> {
    const from = 'image' in contents ? this.images.rootOf(contents.image) : this.#disks.snapshotOf(contents.snapshot);
    try {
      await this.#disks.fill(id, from);
    } catch (cause) {
      throw new OperationFailure('INTERNAL_ERROR', `The disk could not be filled: ${String(cause)}`);
    }
  }

  takeSnapshot(id: string, disk: string): Promise<number> {
    return this.#disks.takeSnapshot(id, disk);
  }

  discardSnapshot(id: string): Promise<void> {
    return this.#disks.discardSnapshot(id);
  }

  discardDisk(id: string): Promise<void> {
    return this.#disks.discard(id);
  }

  serialOutput(id: string, start: number): Promise<ConsoleOutput> {
    return this.#consoleOf(id).read(start);
  }

  async cpuSeconds(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const roots = new Map(
      ids.flatMap((id) => {
        const root = this.#running.get(id)?.process.root;
        return root === undefined ? [] : [[id, root] as const];
      }),
    );
    if (roots.size === 0) return new Map();
    const seconds = await treeCpuSeconds([...roots.values()]);
    return new Map(
      [...roots].flatMap(([id, root]) => {
        const used = seconds.get(root);
        return used === undefined ? [] : [[id, used] as const];
      }),
    );
  }

  probe(question: Probe) {
    return probe(question);
  }

  importImage(source: string) {
    return this.images.take(source);
  }

  manifest(digest: string) {
    return this.images.manifest(digest);
  }

  keepImages(needed: () => ReadonlySet<string>): Promise<void> {
    return this.images.keep(needed);
  }

  checkOut(digest: string) {
    return this.images.checkOut(digest);
  }

  discardCheckout(id: string): Promise<void> {
    return this.images.discardCheckout(id);
  }

  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watching);
    await Promise.all([...this.#running.keys()].map((id) => this.stop(id, graceMs)));
  }

  async #untilListening(running: Running): Promise<void> {
    const { process, request } = running;
    const until = this.#clock.now() + LISTEN_WITHIN_MS;
    for (let pause = 30; ; pause = Math.min(500, pause * 1.3)) {
      if (process.ending !== undefined) throw await this.#endedEarly(running, process.ending);
      const root = process.root;
      if (root !== undefined) {
        const { ready, violation } = await inspectListeners(root, request.address, request.port);
        if (violation !== undefined) {
          process.kill();
          await process.exited;
          throw new BootFailure('LISTENS_ELSEWHERE', violation);
        }
        if (ready) return;
      }
      // A program need not serve anything; whether it is of use is for health checks to say.
      if (this.#clock.now() >= until) return;
      await Promise.race([sleep(this.#clock, pause), process.exited]);
    }
  }

  async #endedEarly({ request }: Running, ending: string): Promise<BootFailure> {
    return new BootFailure('BOOT_FAILED', `${ending} ${await this.#lastLine(request.id)}`.trim());
  }

  async #ended(running: Running, ending: string): Promise<void> {
    const { id } = running.request;
    if (this.#running.get(id) === running) this.#running.delete(id);
    if (running.quiet) return;
    const reason = `${ending} ${await this.#lastLine(id)}`.trim();
    running.onExit({ reason });
  }

  /** Instances that began to listen elsewhere after their boot are ended, with that reason; consoles are kept short. */
  async #watch(): Promise<void> {
    for (const running of this.#running.values()) {
      // A disk that is full must neither end the watch over the others nor over this one: the next look is near.
      await this.#consoleOf(running.request.id)
        .trim()
        .catch(() => undefined);
      await this.#watchListeners(running).catch(() => undefined);
    }
  }

  async #watchListeners(running: Running): Promise<void> {
    const { root } = running.process;
    if (running.quiet || root === undefined) return;
    const { violation } = await inspectListeners(root, running.request.address, running.request.port);
    if (violation === undefined || running.quiet) return;
    running.quiet = true;
    running.process.kill();
    await running.process.exited;
    running.onExit({ reason: violation });
  }

  async #lastLine(id: string): Promise<string> {
    const text = await this.#consoleOf(id).tail(LAST_WORDS);
    const lines = text
      .slice(Math.max(0, text.lastIndexOf('\n--- ')))
      .split('\n')
      .filter((each) => each.trim() !== '' && !each.startsWith('--- '));
    // What a runtime prints around an error says less than the error itself.
    const line = lines.findLast((each) => /^\s*(Uncaught )?\w*(Error|Exception)\b.*:/.test(each)) ?? lines.at(-1);
    if (line === undefined) return 'It wrote nothing to its console.';
    const hint = /EADDRINUSE|address already in use/i.test(line)
      ? ' An instance must listen on its own address only: bind to $HOST and $PORT, not to every address.'
      : '';
    return `Its console says: ${line.trim().slice(0, 300)}${hint}`;
  }

  #folderOf(id: string): string {
    if (!/^\d+$/.test(id)) throw new Error(`'${id}' is not the id of an instance.`);
    return join(this.#folder, 'instances', id);
  }

  #consoleOf(id: string): SerialConsole {
    let console = this.#consoles.get(id);
    if (console === undefined) {
      console = new SerialConsole(join(this.#folderOf(id), 'serial.log'));
      this.#consoles.set(id, console);
    }
    return console;
  }
}
