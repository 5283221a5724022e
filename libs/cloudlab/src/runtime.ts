import { z } from 'zod';

/** `image.json`: what stands beside the root file system of an image. */
export const imageManifest = z.object({
  /** Program and arguments, as seen from inside the root. */
  entry: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  packages: z.array(z.object({ name: z.string(), version: z.string() })).default([]),
  description: z.string().default(''),
  /** Working directory inside the root, `/` when absent. */
  cwd: z.string().startsWith('/').optional(),
  /** User name of the image that the program runs as; needs a cloudlab that runs as root. */
  user: z.string().optional(),
});
/** @see imageManifest */
export type ImageManifest = z.infer<typeof imageManifest>;

/** A data disk as an instance has it: a folder at `/mnt/disks/DEVICE`. */
export interface DataDisk {
  readonly device: string;
  /** Id that its content goes by. */
  readonly id: string;
  /** Whether the program may only read from it. */
  readonly readOnly: boolean;
}

/** What a data disk begins with: the root file system of an image, by its digest, or what a snapshot holds, by its id. */
export type DiskContents = { readonly image: string } | { readonly snapshot: string };

/** What an instance needs to start. */
export interface BootRequest {
  /** Unsigned 64-bit id as text: names the instance's own files. */
  readonly id: string;
  readonly name: string;
  /** Content digest of the image, `sha256:...`. */
  readonly digest: string;
  /** Its own loopback address: it may listen there only. */
  readonly address: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Begin with an untouched root; otherwise what the instance wrote before is still there. */
  readonly fresh: boolean;
  readonly disks: readonly DataDisk[];
  /** A shell script that runs beside the program, its output on the console. */
  readonly startupScript?: string | undefined;
}

/** How an instance's program ended. */
export interface InstanceExit {
  /** A sentence: exit code or signal, and the last line of its output. */
  readonly reason: string;
}

/** A piece of a serial console. */
export interface ConsoleOutput {
  readonly contents: string;
  /** Byte that the contents begin with. */
  readonly start: number;
  /** Byte to ask for next time. */
  readonly next: number;
}

/** A question to an instance from a health check. */
export interface Probe {
  readonly type: 'HTTP' | 'HTTPS' | 'HTTP2' | 'TCP' | 'SSL';
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly host: string | undefined;
  /** Text to send over TCP and SSL. */
  readonly request?: string | undefined;
  /** Text that the answer (over HTTP its body) must begin with. */
  readonly response: string | undefined;
  /** Begin with a line of the PROXY protocol, version 1. */
  readonly proxyHeader?: boolean | undefined;
  readonly timeoutMs: number;
}

/** The answer to a probe, with the reason in words. */
export interface ProbeResult {
  readonly ok: boolean;
  readonly reason: string;
}

/** A writable copy of an image for whoever makes a new one from it. */
export interface Checkout {
  readonly id: string;
  /** Folder that holds `rootfs/` and `image.json`. */
  readonly path: string;
}

/** A start that failed. `code` goes to lastAttempt and listErrors as it is. */
export class BootFailure extends Error {
  override readonly name = 'BootFailure';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Where instances and images really are. The process runtime runs them on this machine; the simulated one in virtual
 * time. The model knows this interface only.
 */
export interface Runtime {
  /** Processors that one instance can keep busy at most. */
  readonly processors: number;
  /**
   * Starts an instance; resolves when its program runs and, if it listens at all, listens where it may.
   * @param onExit told once when the program ends without having been stopped
   * @throws BootFailure
   */
  boot(request: BootRequest, onExit: (exit: InstanceExit) => void): Promise<void>;
  /** SIGTERM, `drainMs` to finish, SIGKILL. Resolves when nothing of it runs. Unknown ids are fine. */
  stop(id: string, drainMs: number): Promise<void>;
  /** Kills the program as a crash would: onExit is told. */
  crash(id: string): void;
  /** Removes the instance's files. It must be stopped. */
  discard(id: string): Promise<void>;
  /** Hands what one stopped instance wrote to its root on to another that never booted. */
  inheritRoot(from: string, to: string): Promise<void>;
  /** Gives an instance that runs another data disk, at once. One that does not run finds its disks when it boots. */
  attachDisk(id: string, disk: DataDisk): Promise<void>;
  /** Takes a data disk from an instance that runs: it is gone from its folder, also while files of it are open. */
  detachDisk(id: string, device: string): Promise<void>;
  /**
   * Puts on a new data disk what it is made of; one that has its content already stays as it is.
   * @throws OperationFailure when that is gone
   */
  fillDisk(id: string, contents: DiskContents): Promise<void>;
  /** Copies a data disk as it is now into a snapshot that is new. @returns bytes of it */
  takeSnapshot(id: string, disk: string): Promise<number>;
  /** Removes the content of a snapshot. Unknown ids are fine. */
  discardSnapshot(id: string): Promise<void>;
  /** Removes the content of a data disk that no instance has. Unknown ids are fine. */
  discardDisk(id: string): Promise<void>;
  /**
   * Serial console output from byte `start` on, counted from the instance's first boot. Only the end is kept: the
   * answer's `start` tells where it really begins.
   */
  serialOutput(id: string, start: number): Promise<ConsoleOutput>;
  /** Processor seconds that the instances' processes have used since they booted; what does not run is left out. */
  cpuSeconds(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  probe(probe: Probe): Promise<ProbeResult>;
  /**
   * Takes `rootfs/` and `image.json` out of a staging folder into the image store.
   * @returns digest and size in bytes
   * @throws OperationFailure when the folder is not an image or lies outside staging
   */
  importImage(
    source: string,
  ): Promise<{ readonly digest: string; readonly bytes: number; readonly manifest: ImageManifest }>;
  /** The manifest of a stored image, undefined when there is no such image. */
  manifest(digest: string): Promise<ImageManifest | undefined>;
  /** Removes every stored image that is not needed; asked anew before each removal. */
  keepImages(needed: () => ReadonlySet<string>): Promise<void>;
  checkOut(digest: string): Promise<Checkout>;
  discardCheckout(id: string): Promise<void>;
  /** Stops everything, giving instances up to `graceMs`. */
  close(graceMs: number): Promise<void>;
}
