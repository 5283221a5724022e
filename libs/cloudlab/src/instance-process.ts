import type { ChildProcess } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OWNER_MARK } from '@gennaker/runner/keeper';
import { atPriority, run, start } from './command.ts';
import { descendants } from './process-table.ts';
import type { ImageManifest } from './runtime.ts';

/** A folder that the program finds at `/mnt/disks/DEVICE`. */
export interface MountedDisk {
  readonly device: string;
  readonly folder: string;
  /** Whether it may only read there. */
  readonly readOnly: boolean;
}

/** What an instance's process is started with. */
export interface ProcessSpec {
  /**
   * Folder with `upper`, `work` and `root` of the private copy-on-write root, `disks`, where disks are mounted, and
   * `aside`, where one that is only for reading is mounted first.
   */
  readonly folder: string;
  /** File that output is appended to. */
  readonly console: string;
  /** Root file system of the image, never written to. */
  readonly root: string;
  readonly hostname: string;
  readonly manifest: ImageManifest;
  readonly environment: Readonly<Record<string, string>>;
  readonly disks: readonly MountedDisk[];
  /** Whether there is a script at STARTUP_SCRIPT to run beside the program. */
  readonly hasStartupScript: boolean;
  /** RFC 3339, for the console. */
  readonly started: string;
}

/**
 * Mounts a folder on another: for reading only when the third word says so. That has to be so before it is mounted where
 * the program's name space follows, for a change of it later is not followed.
 */
const MOUNT = `
mount_disk() {
  if [ "$3" = ro ]; then
    mount --bind "$1" "$4" && mount -o remount,bind,ro "$4" && mount --bind "$4" "$2" && umount "$4"
  else
    mount --bind "$1" "$2"
  fi
}
`;

/**
 * Mounts the private root in its own mount name space, so that no mount outlives the process; where overlays cannot be
 * had, it is copied. Of our environment only the search path and the marks of our processes go on: an instance can read
 * what its first process was started with. What is mounted below `disks` later, in this name space, the program gets too.
 */
const ENTER = `${MOUNT}
lower=$1 folder=$2 options=$3 disks=$4
shift 4
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work$options" "$folder/root" 2>/dev/null || {
  cp -a --reflink=auto "$lower/." "$folder/root/" && cp -a "$folder/upper/." "$folder/root/" || exit 125
}
mount --bind "$folder/disks" "$folder/disks" && mount --make-shared "$folder/disks" || exit 125
while [ "$disks" -gt 0 ]; do
  mount_disk "$2" "$folder/disks/$1" "$3" "$folder/aside/$1" || exit 125
  shift 3
  disks=$((disks - 1))
done
exec env -i PATH="$PATH" GENNAKER_RUN="$GENNAKER_RUN" ${OWNER_MARK}="$${OWNER_MARK}" "$@"
`;

const MOUNT_LATER = `${MOUNT}
mount_disk "$@"
`;

/** Instances that are stopped at the same moment share one look at the machine's processes. */
const STOPPED_TOGETHER_MS = 50;

/** Where an instance's startup script lies, below its root. */
export const STARTUP_SCRIPT = 'etc/startup-script';

/** Runs the startup script, its output marked, as a process of nobody's so that its end is noticed, and the program. */
const WITH_SCRIPT = `
( ( { /${STARTUP_SCRIPT} 2>&1; echo "exit status $?"; } |
  while IFS= read -r line; do printf 'startup-script: %s\\n' "$line"; done ) & )
exec "$@"
`;

const IS_ROOT = process.getuid?.() === 0;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The processes of one instance, started and ended as one. */
export class InstanceProcess {
  /** Resolves with a sentence about how it ended. */
  readonly exited: Promise<string>;
  /** The same sentence once it ended. */
  ending: string | undefined;
  /** Host process id that all of the instance's processes are below; undefined until it is known. */
  root: number | undefined;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #killed = false;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.exited = new Promise((resolve) => {
      const end = (sentence: string): void => {
        this.ending ??= sentence;
        resolve(this.ending);
      };
      child.on('error', (cause) => end(`The program could not be started: ${cause.message}.`));
      child.on('exit', (code, signal) => {
        end(signal === null ? describe(code ?? 0) : `The program was ended by ${signal}.`);
      });
    });
    let info = '';
    const channel = child.stdio[3];
    if (channel !== null && channel !== undefined && 'setEncoding' in channel) {
      channel.setEncoding('utf8');
      channel.on('data', (text: string) => {
        info += text;
        // Half a number would be another process.
        this.root = Number(/"child-pid":\s*(\d+)\D/.exec(info)?.[1] ?? 0) || undefined;
        if (this.#killed && this.root !== undefined) signal(this.root, 'SIGKILL');
      });
      channel.on('error', () => undefined);
    }
  }

  /** Starts the program of an image inside its private root. */
  static async spawn(spec: ProcessSpec): Promise<InstanceProcess> {
    const { manifest } = spec;
    await makePlaces(spec.folder, spec.disks);
    const environment = { PATH, LANG: 'C.UTF-8', HOME: '/root', TERM: 'dumb', ...manifest.env, ...spec.environment };
    const user =
      manifest.user === undefined || !IS_ROOT
        ? []
        : ['setpriv', '--reuid', manifest.user, '--regid', manifest.user, '--init-groups', '--'];
    const command = [
      ...atPriority(0),
      'unshare',
      ...(IS_ROOT ? [] : ['--user', '--map-root-user']),
      '--mount',
      'sh',
      '-c',
      ENTER,
      'enter',
      spec.root,
      spec.folder,
      IS_ROOT ? '' : ',userxattr',
      String(spec.disks.length),
      ...spec.disks.flatMap(({ device, folder, readOnly }) => [device, folder, modeOf(readOnly)]),
      'bwrap',
      '--die-with-parent',
      '--new-session',
      '--unshare-pid',
      '--unshare-uts',
      '--unshare-ipc',
      '--bind',
      join(spec.folder, 'root'),
      '/',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
      '--tmpfs',
      '/tmp',
      '--bind',
      join(spec.folder, 'disks'),
      '/mnt/disks',
      '--hostname',
      spec.hostname,
      '--clearenv',
      ...Object.entries(environment).flatMap(([key, value]) => ['--setenv', key, value]),
      '--chdir',
      manifest.cwd ?? '/',
      '--info-fd',
      '3',
      '--',
      ...user,
      ...(spec.hasStartupScript ? ['/bin/sh', '-c', WITH_SCRIPT, 'startup'] : []),
      ...manifest.entry,
    ];
    const output = await open(spec.console, 'a', 0o600);
    try {
      await output.write(`--- ${spec.started} ${spec.hostname}: ${manifest.entry.join(' ')}\n`);
      const child = start(command, { stdio: ['ignore', output.fd, output.fd, 'pipe'], detached: true });
      return new InstanceProcess(child, spec.folder);
    } finally {
      await output.close();
    }
  }

  /** Shows the program a folder as the disk of that name. */
  async mountDisk({ device, folder, readOnly }: MountedDisk): Promise<void> {
    await makePlaces(this.#folder, [{ device }]);
    const words = [folder, this.#placeOf(device), modeOf(readOnly), join(this.#folder, 'aside', device)];
    await this.#inside(['sh', '-c', MOUNT_LATER, 'mount', ...words]);
  }

  /** Takes a disk away from the program, files that it has open too. */
  async unmountDisk(device: string): Promise<void> {
    await this.#inside(['umount', '--lazy', this.#placeOf(device)]);
    // A program that was faster than the mount may have written below it.
    await rm(this.#placeOf(device), { recursive: true });
  }

  #placeOf(device: string): string {
    return join(this.#folder, 'disks', device);
  }

  /** Runs a command in the mount name space that the program's own follows. */
  async #inside(command: readonly string[]): Promise<void> {
    if (this.#child.pid === undefined || this.ending !== undefined) return;
    const users = IS_ROOT ? [] : ['--user', '--preserve-credentials'];
    await run(['nsenter', '--target', String(this.#child.pid), ...users, '--mount', ...command]);
  }

  /** SIGTERM to every process of the instance. */
  async terminate(): Promise<void> {
    if (this.root === undefined || this.ending !== undefined) return;
    for (const pid of await descendants(this.root, STOPPED_TOGETHER_MS)) signal(pid, 'SIGTERM');
  }

  /**
   * SIGKILL: the process name space goes with it. The first process of the name space leaves the process group only once
   * its number was written for us, so that one that is just being made is killed with the group or when that is read.
   */
  kill(): void {
    if (this.ending !== undefined) return;
    this.#killed = true;
    if (this.root !== undefined) signal(this.root, 'SIGKILL');
    if (this.#child.pid !== undefined) signal(-this.#child.pid, 'SIGKILL');
  }
}

async function makePlaces(folder: string, disks: readonly Pick<MountedDisk, 'device'>[]): Promise<void> {
  for (const { device } of disks)
    for (const part of ['disks', 'aside']) await mkdir(join(folder, part, device), { recursive: true });
}

function modeOf(readOnly: boolean): 'ro' | 'rw' {
  return readOnly ? 'ro' : 'rw';
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in the meantime.
  }
}

function describe(code: number): string {
  if (code > 128 && code < 160) return `The program was ended by signal ${code - 128}.`;
  return `The program ended with exit code ${code}.`;
}
