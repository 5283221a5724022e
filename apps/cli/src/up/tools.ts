import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that the platform runs and npm does not bring. */
export interface Tool {
  command: string;
  /** Debian package that holds it. */
  package: string;
  why: string;
}

/** What a running system needs. */
export const tools: readonly Tool[] = [
  // The package redis-server would also start a service of its own; this one holds the same program.
  { command: 'redis-server', package: 'redis-tools', why: 'queue and cache' },
  { command: 'bwrap', package: 'bubblewrap', why: 'instances of the local cloud' },
  { command: 'mmdebstrap', package: 'mmdebstrap', why: 'base images of the local cloud' },
  { command: 'packer', package: 'packer', why: 'bakes' },
  { command: 'ansible-playbook', package: 'ansible', why: 'bakes' },
  { command: 'dpkg-deb', package: 'dpkg', why: "the demo's package" },
  { command: 'git', package: 'git', why: 'tags in plain git remotes' },
  { command: 'unshare', package: 'util-linux', why: 'PostgreSQL and bakes' },
  { command: 'setpriv', package: 'util-linux', why: 'bakes' },
];

/** What tests need on top. */
export const testTools: readonly Tool[] = [{ command: 'chromium', package: 'chromium', why: 'browser tests' }];

/** Folders with programs that we brought, before those of the machine. */
export function toolFolders(home: string): string[] {
  return [join(home, 'bin'), join(home, 'debian/wrappers')];
}

/** PATH of everything that we start. Users who are not root often lack the sbin folders. */
export function pathWith(home: string, path = ''): string {
  const all = [
    ...toolFolders(home),
    ...path.split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    '/usr/bin',
    '/bin',
  ];
  return [...new Set(all.filter(Boolean))].join(delimiter);
}

/** Full path of a program, or undefined. */
export function findProgram(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Those of `wanted` that PATH does not have. */
export function missingTools(wanted: readonly Tool[], path: string): Tool[] {
  return wanted.filter((tool) => findProgram(tool.command, path) === undefined);
}

/** The command with which an administrator installs them. */
export function installCommand(missing: readonly Tool[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${packagesOf(missing).join(' ')}`;
}

/** The packages that hold these tools, each once. */
export function packagesOf(missing: readonly Tool[]): string[] {
  return [...new Set(missing.map((tool) => tool.package))];
}
