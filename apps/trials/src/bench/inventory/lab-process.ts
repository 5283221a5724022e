import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@gennaker/cloudlab/clock';
import { Cloudlab } from '@gennaker/cloudlab/cloud';
import { idleDataPlane } from '@gennaker/cloudlab/data-plane';
import { SimulatedRuntime } from '@gennaker/cloudlab/simulated-runtime';
import { inMemory } from '@gennaker/cloudlab/store';
import { fillProject, labSizeSchema } from './fill-project.ts';

/**
 * A process of its own: models of the local cloud with simulated instances, served over HTTP, so that what they use is
 * not counted with what watches them. Takes its size as JSON; prints `listening PORT`, then `filled` when all is there: the first project stays empty.
 */
const size = labSizeSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
/** A model has a pool of addresses, and gets slow with thousands of instances: few projects share one. */
const PROJECTS_PER_MODEL = 2;

const models: Cloudlab[] = [];
const modelOf = (path: string): Cloudlab | undefined => {
  const index = Number(/\/projects\/bench-(\d+)/.exec(path)?.[1] ?? 0);
  return models[Math.floor(index / PROJECTS_PER_MODEL)];
};
const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const url = new URL(incoming.url ?? '/', 'http://lab');
    void modelOf(url.pathname)
      ?.handle({
        method: incoming.method ?? 'GET',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: {},
        body: Buffer.concat(chunks).toString('utf8'),
      })
      .then((answer) => {
        outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
        outgoing.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
  });
});
server.listen(0, '127.0.0.1', () => void serve((server.address() as AddressInfo).port));

async function serve(port: number): Promise<void> {
  const count = Math.ceil(size.projects / PROJECTS_PER_MODEL);
  for (let index = 0; index < count; index++) {
    const cloud = new Cloudlab({
      clock: systemClock,
      runtime: new SimulatedRuntime(systemClock, { bootMs: 10, stopMs: 10 }),
      dataPlane: idleDataPlane(),
      persistence: inMemory,
      seed: `bench-${index}`,
      addressPrefix: `127.${100 + index}`,
      baseUrl: `http://127.0.0.1:${port}`,
      operationLatencyMs: 0,
      publicImages: [],
    });
    await cloud.start();
    models.push(cloud);
  }
  process.stdout.write(`listening ${port}\n`);
  for (let index = 1; index < size.projects; index++) {
    const project = `bench-${index}`;
    const cloud = modelOf(`/projects/${project}`);
    if (cloud) await fillProject(cloud, project, size);
  }
  process.stdout.write('filled\n');
}

// Whoever started it is gone when its input ends.
process.stdin.on('end', () => process.exit(0)).resume();
