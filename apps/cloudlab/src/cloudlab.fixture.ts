import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BackendServicesClient } from '@google-cloud/compute/build/src/v1/backend_services_client.js';
import { ForwardingRulesClient } from '@google-cloud/compute/build/src/v1/forwarding_rules_client.js';
import { GlobalOperationsClient } from '@google-cloud/compute/build/src/v1/global_operations_client.js';
import { HealthChecksClient } from '@google-cloud/compute/build/src/v1/health_checks_client.js';
import { ImagesClient } from '@google-cloud/compute/build/src/v1/images_client.js';
import { InstanceTemplatesClient } from '@google-cloud/compute/build/src/v1/instance_templates_client.js';
import { InstancesClient } from '@google-cloud/compute/build/src/v1/instances_client.js';
import { RegionBackendServicesClient } from '@google-cloud/compute/build/src/v1/region_backend_services_client.js';
import { RegionInstanceGroupManagersClient } from '@google-cloud/compute/build/src/v1/region_instance_group_managers_client.js';
import { RegionOperationsClient } from '@google-cloud/compute/build/src/v1/region_operations_client.js';
import { CLOUDLAB_NODE_FLAGS } from '@gennaker/cloudlab/node-flags';
import { boundCommand } from '@gennaker/runner/bound-command';
import { PassThroughClient } from 'google-auth-library';

const execute = promisify(execFile);

/** Project and region of every test. */
export const project = 'trial';
/** @see project */
export const region = 'us-central1';

/** An HTTP server: answers its version and name, leaves on SIGTERM, does as `/crash` says; with BUSY it uses a processor half the time. */
export const HELLO = `
const http = require('node:http');
const server = http.createServer((request, response) => {
  if (request.url === '/crash') throw new Error('asked to crash');
  response.setHeader('x-version', process.env.VERSION);
  response.end('hello ' + process.env.VERSION + ' from ' + require('node:os').hostname());
});
server.listen(process.env.PORT, process.env.BIND || process.env.HOST, () => console.log('listening as process', process.pid));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
if (process.env.BUSY) setInterval(() => { for (const end = Date.now() + 40; Date.now() < end; ); }, 80);
`;

/** The real clients, pointed at a local cloud. */
export function clientsOf(port: number) {
  const options = {
    fallback: 'rest' as const,
    apiEndpoint: '127.0.0.1',
    port,
    protocol: 'http',
    projectId: project,
    authClient: new PassThroughClient(),
  };
  return {
    images: new ImagesClient(options),
    templates: new InstanceTemplatesClient(options),
    groups: new RegionInstanceGroupManagersClient(options),
    instances: new InstancesClient(options),
    checks: new HealthChecksClient(options),
    services: new RegionBackendServicesClient(options),
    globalServices: new BackendServicesClient(options),
    rules: new ForwardingRulesClient(options),
    globalOperations: new GlobalOperationsClient(options),
    regionOperations: new RegionOperationsClient(options),
  };
}

type Clients = ReturnType<typeof clientsOf>;
interface Wrapped {
  readonly latestResponse: unknown;
}
interface Operation {
  readonly name?: string | null;
  readonly status?: unknown;
  readonly region?: string | null;
  readonly error?: {
    readonly errors?: readonly { readonly code?: string | null; readonly message?: string | null }[] | null;
  } | null;
}

/** Waits for a mutation's operation. @throws Error with the operation's own error */
export async function done(clients: Clients, started: Promise<readonly [Wrapped, ...unknown[]]>): Promise<void> {
  const [wrapper] = await started;
  let operation = wrapper.latestResponse as Operation;
  while (operation.status !== 'DONE') {
    const name = operation.name ?? '';
    [operation] =
      operation.region === null || operation.region === undefined || operation.region === ''
        ? await clients.globalOperations.wait({ project, operation: name })
        : await clients.regionOperations.wait({ project, region, operation: name });
  }
  const error = operation.error?.errors?.[0];
  if (error !== undefined) throw new Error(`${error.code ?? ''}: ${error.message ?? ''}`);
}

/** Repeats until the answer is true. @throws Error naming what was waited for */
export async function until(what: string, check: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`Waited ${seconds} s for ${what} in vain.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Makes an autoscaler of a regional group, for which the other clients have no words. @param url base URL of the cloud */
export async function autoscale(url: string, group: string, autoscalingPolicy: object): Promise<void> {
  const answer = await fetch(`${url}/compute/v1/projects/${project}/regions/${region}/autoscalers`, {
    method: 'POST',
    body: JSON.stringify({
      name: group,
      target: `regions/${region}/instanceGroupManagers/${group}`,
      autoscalingPolicy,
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** A folder for one test file's data. */
export function dataFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cloudlab-test-'));
}

/** Writes a staging folder with the smallest root file system that runs Node.js: the program, its libraries, app.js. */
export async function stageImage(data: string, name: string, env: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(data, 'cloudlab/staging', name);
  const root = join(folder, 'rootfs');
  const { stdout } = await execute('ldd', [process.execPath]);
  const libraries = stdout.split('\n').flatMap((line) => /(\/\S+)(?= \(0x)/.exec(line)?.[1] ?? []);
  for (const [from, to] of [
    [process.execPath, '/bin/node'],
    ['/bin/sh', '/bin/sh'],
    ...libraries.map((each) => [each, each]),
  ]) {
    const target = join(root, to ?? '');
    await mkdir(dirname(target), { recursive: true });
    await copyFile(from ?? '', target);
  }
  await writeFile(join(root, 'app.js'), HELLO);
  const manifest = { entry: ['/bin/node', '/app.js'], env: { VERSION: name, ...env }, packages: [], description: name };
  await writeFile(join(folder, 'image.json'), JSON.stringify(manifest));
  return `file://${folder}`;
}

/** cloudlab as its own process, as the supervisor starts it; it ends with this process, however that one ends. */
export async function startProcess(data: string, offset: number): Promise<ChildProcess> {
  const main = join(import.meta.dirname, 'main.ts');
  const [file, ...rest] = boundCommand([process.execPath, ...CLOUDLAB_NODE_FLAGS, main]);
  const child = spawn(file, rest, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      GENNAKER_DATA: data,
      GENNAKER_OFFSET: String(offset),
      GENNAKER_BASE_IMAGES: join(data, 'no-base-images'),
      CLOUDLAB_OPERATION_LATENCY_MS: '50',
    },
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('serves the Compute API')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`cloudlab ended with exit code ${String(code)}`)));
  });
  return child;
}

/** What the environments of a cloud's instances have in common. @param port of its API */
export const metadataOf = (port: number): string => `http://127.0.0.1:${port}/metadata/`;

/** Host process ids of everything whose environment or command line has this text. */
export async function processesWith(text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return `${environment}${command}`.includes(text) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

/** Removes a test's data. */
export async function cleanUp(data: string): Promise<void> {
  await rm(data, { recursive: true, force: true });
}
