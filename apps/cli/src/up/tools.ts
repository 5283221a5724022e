import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runHelper } from './helper.ts';
import { reasonOf, Sentence } from './sentence.ts';

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

/**
 * Installs what is missing from the machine's Debian packages: as root into the system, otherwise unpacked under
 * `.gennaker/debian` with a wrapper for each program. Throws one sentence with the command to run when that fails.
 */
export async function installTools(
  missing: readonly Tool[],
  home: string,
  path: string,
  detail: (text: string) => void,
): Promise<void> {
  const names = missing.map((tool) => `${tool.command} (${tool.why})`).join(', ');
  if (!findProgram('apt-get', path)) {
    throw new Sentence(
      `Missing: ${names}. This machine has no apt-get: install them with its own package manager and start again.`,
    );
  }
  const root = process.getuid?.() === 0;
  try {
    if (root) await installAsRoot(missing, detail);
    else await unpack(missing, home, path, detail);
    await linkRedis(home, path);
  } catch (error) {
    throw new Sentence(
      `Missing: ${names}. Installing failed (${reasonLine(reasonOf(error))}). ` +
        `Run "${root ? '' : 'sudo '}sh -c '${installCommand(missing)}'" and start again.`,
      { cause: error },
    );
  }
  const still = missingTools(missing, pathWith(home, path));
  if (still.length > 0) {
    throw new Sentence(
      `Still missing after installing: ${still.map((tool) => tool.command).join(', ')}. ` +
        `Run "${root ? '' : 'sudo '}sh -c '${installCommand(still)}'" and start again.`,
    );
  }
}

function packagesOf(missing: readonly Tool[]): string[] {
  return [...new Set(missing.map((tool) => tool.package))];
}

/** What apt itself gave as the reason, or else the last line. */
function reasonLine(text: string): string {
  const lines = text.trim().split('\n');
  const line = lines.findLast((one) => one.startsWith('E: ')) ?? lines.at(-1) ?? text;
  return line.replace(/^E: /, '').replace(/\.$/, '');
}

async function installAsRoot(missing: readonly Tool[], detail: (text: string) => void): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runHelper('apt-get', ['update', '-q'], { env, onLine: detail });
  const args = ['install', '-y', '-q', '--no-install-recommends', ...packagesOf(missing)];
  await runHelper('apt-get', args, { env, onLine: detail });
}

/** The package redis-tools names the one program redis-check-rdb; it is the server when called so. */
async function linkRedis(home: string, path: string): Promise<void> {
  if (findProgram('redis-server', pathWith(home, path))) return;
  const program = findProgram('redis-check-rdb', path);
  if (!program) return;
  const folder = join(home, 'bin');
  await mkdir(folder, { recursive: true });
  await rm(join(folder, 'redis-server'), { force: true });
  await symlink(realpathSync(program), join(folder, 'redis-server'));
}

async function unpack(
  missing: readonly Tool[],
  home: string,
  path: string,
  detail: (text: string) => void,
): Promise<void> {
  const apt = join(home, 'apt');
  const rootFolder = join(home, 'debian/root');
  await Promise.all(
    ['lists/partial', 'archives/partial', 'debs'].map((name) => mkdir(join(apt, name), { recursive: true })),
  );
  await mkdir(rootFolder, { recursive: true });
  // apt's own folders belong to root; these are ours, while what is installed is read from the system.
  const options = [
    `Dir::State::Lists=${join(apt, 'lists')}`,
    `Dir::Cache=${apt}`,
    `Dir::Cache::Archives=${join(apt, 'archives')}`,
    'Debug::NoLocking=true',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  await runHelper('apt-get', [...options, 'update', '-q'], { onLine: detail });
  const plan = await runHelper('apt-get', [
    ...options,
    '-s',
    'install',
    '--no-install-recommends',
    ...packagesOf(missing),
  ]);
  const packages = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
  const debs = join(apt, 'debs');
  await runHelper('apt-get', [...options, 'download', ...packages], { cwd: debs, onLine: detail });
  for (const file of await readdir(debs)) {
    if (file.endsWith('.deb')) await runHelper('dpkg-deb', ['-x', join(debs, file), rootFolder]);
  }
  await rm(debs, { recursive: true, force: true });
  for (const tool of missing) await wrap(tool, home, rootFolder, path);
}

/** Writes a script that runs an unpacked program with its unpacked libraries. */
async function wrap(tool: Tool, home: string, rootFolder: string, path: string): Promise<void> {
  const name = tool.command === 'redis-server' ? 'redis-check-rdb' : tool.command;
  const program = ['usr/bin', 'usr/sbin', 'bin', 'sbin']
    .map((dir) => join(rootFolder, dir, name))
    .find((file) => existsSync(file));
  if (!program) return;
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const folder = join(home, 'debian/wrappers');
  await mkdir(folder, { recursive: true });
  const python = findProgram('python3', path) ?? join(rootFolder, 'usr/bin/python3');
  const runner = tool.command.startsWith('ansible') ? `${quote(python)} ` : '';
  const lines = [
    '#!/bin/bash',
    `root=${quote(rootFolder)}`,
    `export LD_LIBRARY_PATH="$root/usr/lib/${machine}:$root/lib/${machine}:$root/usr/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
    `export PYTHONPATH="$root/usr/lib/python3/dist-packages\${PYTHONPATH:+:$PYTHONPATH}"`,
    `export PERL5LIB="$root/usr/share/perl5:$root/usr/lib/${machine}/perl5/5.36\${PERL5LIB:+:$PERL5LIB}"`,
    `export PATH="$PATH:$root/usr/bin:$root/usr/sbin:$root/sbin"`,
    `exec -a ${quote(tool.command)} ${runner}${quote(program)} "$@"`,
  ];
  await writeFile(join(folder, tool.command), `${lines.join('\n')}\n`);
  await chmod(join(folder, tool.command), 0o755);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
