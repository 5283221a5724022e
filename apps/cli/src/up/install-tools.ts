import { existsSync, realpathSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runHelper } from './helper.ts';
import { reasonOf, Sentence } from './sentence.ts';
import { findProgram, installCommand, missingTools, packagesOf, pathWith, type Tool } from './tools.ts';

/** The release of Debian that has all of them: that of the base images. */
const OLDER_RELEASE = 'bookworm';

/**
 * Installs what is missing from the machine's Debian packages: as root into the system, otherwise unpacked under
 * `.gennaker/debian` with a wrapper for each program. Throws one sentence with the command to run when that fails.
 */
export async function installTools(
  wanted: readonly Tool[],
  home: string,
  path: string,
  detail: (text: string) => void,
): Promise<void> {
  // Somebody else may have installed the package already.
  await linkRedis(home, path);
  const missing = missingTools(wanted, pathWith(home, path));
  if (missing.length === 0) return;
  const names = missing.map((tool) => `${tool.command} (${tool.why})`).join(', ');
  if (!findProgram('apt-get', path)) {
    throw new Sentence(
      `Missing: ${names}. This machine has no apt-get: install them with its own package manager and start again.`,
    );
  }
  const root = process.getuid?.() === 0;
  try {
    if (root) await installAsRoot(missing, home, path, detail);
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

/** What apt itself gave as the reason, or else the last line. */
function reasonLine(text: string): string {
  const lines = text.trim().split('\n');
  const line = lines.findLast((one) => one.startsWith('E: ')) ?? lines.at(-1) ?? text;
  return line.replace(/^E: /, '').replace(/\.$/, '');
}

async function installAsRoot(
  missing: readonly Tool[],
  home: string,
  path: string,
  detail: (text: string) => void,
): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runHelper('apt-get', ['update', '-q'], { env, onLine: detail });
  const { had, gone } = await offered(missing, []);
  if (had.length > 0) {
    const args = ['install', '-y', '-q', '--no-install-recommends', ...packagesOf(had)];
    await runHelper('apt-get', args, { env, onLine: detail });
  }
  if (gone.length > 0) await unpackFrom(await olderRelease(home, []), gone, home, path, detail);
}

/** Which of the tools this machine's release has, and which it has not any more. */
async function offered(
  missing: readonly Tool[],
  options: readonly string[],
): Promise<{ readonly had: readonly Tool[]; readonly gone: readonly Tool[] }> {
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  const policy = await runHelper('apt-cache', [...options, 'policy', ...packagesOf(missing)], { env });
  const names = withCandidate(policy);
  return {
    had: missing.filter((tool) => names.has(tool.package)),
    gone: missing.filter((tool) => !names.has(tool.package)),
  };
}

/** Names of the packages of which apt has a version, from what "apt-cache policy" says. */
export function withCandidate(policy: string): ReadonlySet<string> {
  const packages = policy.split(/^(?=\S)/m);
  return new Set(
    packages.filter((one) => /^ +Candidate: (?!\(none\))/m.test(one)).map((one) => one.slice(0, one.indexOf(':'))),
  );
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
  const options = await ownFolders(join(home, 'apt'));
  await runHelper('apt-get', [...options, 'update', '-q'], { onLine: detail });
  const { had, gone } = await offered(missing, options);
  if (had.length > 0) await unpackWith(options, had, home, path, detail);
  if (gone.length > 0) await unpackFrom(await olderRelease(home, options), gone, home, path, detail);
}

/** Options with which apt keeps what it downloads in this folder, while what is installed is read from the system. */
async function ownFolders(apt: string): Promise<string[]> {
  await Promise.all(['lists/partial', 'archives/partial'].map((name) => mkdir(join(apt, name), { recursive: true })));
  return [
    `Dir::State::Lists=${join(apt, 'lists')}`,
    `Dir::Cache=${apt}`,
    `Dir::Cache::Archives=${join(apt, 'archives')}`,
    'Debug::NoLocking=true',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Options with which apt reads the release that base images are made of, from this machine's own mirror: newer ones have
 * lost some packages, such as packer.
 * @param known options with which apt knows this machine's own release
 */
async function olderRelease(home: string, known: readonly string[]): Promise<string[]> {
  const apt = join(home, 'apt', OLDER_RELEASE);
  const options = await ownFolders(apt);
  const targets = await runHelper('apt-get', [
    ...known,
    ...['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'],
  ]);
  const mirror = targets.split('\n').find((line) => /\/debian\/?$/.test(line));
  if (!mirror) throw new Sentence('This machine knows no mirror of Debian that has what its own release lacks');
  const signed = existsSync(KEYRING) ? ` [signed-by=${KEYRING}]` : '';
  await writeFile(join(apt, 'sources.list'), `deb${signed} ${mirror} ${OLDER_RELEASE} main\n`);
  return [
    ...options,
    '-o',
    `Dir::Etc::SourceList=${join(apt, 'sources.list')}`,
    '-o',
    'Dir::Etc::SourceParts=/dev/null',
  ];
}

async function unpackFrom(
  options: readonly string[],
  missing: readonly Tool[],
  home: string,
  path: string,
  detail: (text: string) => void,
): Promise<void> {
  await runHelper('apt-get', [...options, 'update', '-q'], { onLine: detail });
  await unpackWith(options, missing, home, path, detail);
}

async function unpackWith(
  options: readonly string[],
  missing: readonly Tool[],
  home: string,
  path: string,
  detail: (text: string) => void,
): Promise<void> {
  const rootFolder = join(home, 'debian/root');
  const debs = join(home, 'apt/debs');
  for (const folder of [rootFolder, debs]) await mkdir(folder, { recursive: true });
  const plan = await runHelper('apt-get', [
    ...options,
    '-s',
    'install',
    '--no-install-recommends',
    ...packagesOf(missing),
  ]);
  const packages = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
  if (packages.length === 0) return;
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
  // Python finds its own modules by the name that it is called by; other programs do as their name says.
  const start = tool.command.startsWith('ansible') ? quote(python) : `-a ${quote(tool.command)}`;
  const lines = [
    '#!/bin/bash',
    `root=${quote(rootFolder)}`,
    `export LD_LIBRARY_PATH="$root/usr/lib/${machine}:$root/lib/${machine}:$root/usr/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
    `export PYTHONPATH="$root/usr/lib/python3/dist-packages\${PYTHONPATH:+:$PYTHONPATH}"`,
    `export PERL5LIB="${(await perlFolders(rootFolder, machine)).map((one) => `$root/${one}`).join(':')}\${PERL5LIB:+:$PERL5LIB}"`,
    `export PATH="$PATH:$root/usr/bin:$root/usr/sbin:$root/sbin"`,
    ...(tool.command === 'git' ? ['export GIT_EXEC_PATH="$root/usr/lib/git-core"'] : []),
    `exec ${start} ${quote(program)} "$@"`,
  ];
  await writeFile(join(folder, tool.command), `${lines.join('\n')}\n`);
  await chmod(join(folder, tool.command), 0o755);
}

/** Where Perl's modules are, of whichever version was unpacked. */
async function perlFolders(rootFolder: string, machine: string): Promise<string[]> {
  const versioned = ['usr/share/perl', `usr/lib/${machine}/perl5`, `usr/lib/${machine}/perl`];
  const found = await Promise.all(
    versioned.map(async (folder) =>
      (await readdir(join(rootFolder, folder)).catch(() => [])).map((version) => `${folder}/${version}`),
    ),
  );
  return ['usr/share/perl5', ...found.flat()];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
