import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@gennaker/cloudlab/clock';
import { Cloudlab, type PublicImage } from '@gennaker/cloudlab/cloud';
import type { LabResponse } from '@gennaker/cloudlab/message';
import { ProcessRuntime } from '@gennaker/cloudlab/process-runtime';
import { socketDataPlane } from '@gennaker/cloudlab/socket-data-plane';
import { inMemory } from '@gennaker/cloudlab/store';
import type { OperationPreview, TrafficRecord } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { type Database, openDatabase } from '@gennaker/store/database';
import { stageImage } from '../../../cloudlab/src/cloudlab.fixture.ts';
import { readAccountTraffic, writeTraffic } from '../inventory/traffic.ts';
import {
  ask,
  type Beginning,
  Meddler,
  type Mishap,
  type Outcome,
  type World,
  type Worlds,
} from './conformance-world.fixture.ts';
import { ProcessPool, type Victim } from './victims.fixture.ts';
import { WriteGate } from './write-gate.fixture.ts';

const ACCOUNT = 'lab';
const IMAGE = 'debian-12-nodejs-v1';
const LOOK_MS = 5;
const PATIENCE_MS = 60_000;
const SETTLED_LOOKS = 3;

/** Worlds of real instances, and of clouddrivers that are processes of their own and die by kill -9. */
export interface ProcessWorlds extends Worlds {
  /** Processes that were killed. */
  readonly kills: number;
  close(): Promise<void>;
}

/** Prepares them on a migrated database of their own. `addresses`: first two octets of the instances' addresses. */
export async function processWorlds(options: {
  readonly databaseUrl: string;
  readonly addresses: string;
}): Promise<ProcessWorlds> {
  const folder = await mkdtemp(join(tmpdir(), 'clouddriver-worlds-'));
  const db = openDatabase(options.databaseUrl);
  const gate = await WriteGate.open(options.databaseUrl);
  const house = join(folder, 'cloudlab');
  const importing = new ProcessRuntime(house, systemClock);
  await importing.prepare();
  const image = await importing.importImage(await stageImage(folder, IMAGE, {}));
  await importing.close(0);
  let world: ProcessWorld | undefined;
  const server = serve((request, answer) => {
    // Front50 knows no application, so that no traffic guard stands against a change.
    if (request.url.pathname.startsWith('/v2/')) answer({ status: 404, body: { message: 'There is none' } });
    else void world?.answer(request, answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = join(folder, 'gennaker.yml');
  const account = { name: ACCOUNT, provider: 'gce', project: 'p', endpoint: url, regions: ['us-central1'] };
  // YAML holds JSON.
  await writeFile(config, JSON.stringify({ accounts: [account] }));
  const pool = new ProcessPool({
    GENNAKER_CONFIG: config,
    GENNAKER_DATA: folder,
    GENNAKER_DISCOVERY: JSON.stringify({ orca: ['http://127.0.0.1:9'], front50: [url] }),
    DATABASE_URL: options.databaseUrl,
    NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
  });
  return {
    get kills() {
      return pool.kills;
    },
    async open(from) {
      await world?.close();
      const runtime = new ProcessRuntime(house, systemClock);
      await runtime.prepare();
      const model = new Cloudlab({
        clock: systemClock,
        runtime,
        dataPlane: socketDataPlane(systemClock),
        persistence: from ? { ...inMemory, load: () => structuredClone(from.state) } : inMemory,
        seed: 'test',
        addressPrefix: options.addresses,
        baseUrl: url,
        operationLatencyMs: 20,
        publicImages: [publicImage(image)],
      });
      await gate.empty();
      for (const [key, record] of from?.traffic ?? []) {
        const [region = '', name = ''] = key.split('/');
        await writeTraffic(db.pool, { account: ACCOUNT, region, name }, record);
      }
      world = new ProcessWorld({ model, db, gate, pool, folder });
      await model.start();
      await world.settle();
      return world;
    },
    async close() {
      await world?.close();
      await pool.close();
      server.close();
      server.closeAllConnections();
      await gate.close();
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const publicImage = ({ digest, bytes }: { digest: string; bytes: number }): PublicImage => ({
  name: IMAGE,
  family: 'debian-12-nodejs',
  description: '',
  digest,
  bytes,
});

interface Request {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

function serve(handle: (request: Request, answer: (answer: LabResponse | null) => void) => void): Server {
  return createServer((incoming, outgoing: ServerResponse) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://lab');
      handle({ method: incoming.method ?? 'GET', url, body: Buffer.concat(chunks).toString('utf8') }, (answer) => {
        // Nobody is there any more to hear it.
        if (!answer) return outgoing.destroy();
        const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
        outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
        return outgoing.end(text);
      });
    });
  });
}

interface Parts {
  readonly model: Cloudlab;
  readonly db: Database;
  readonly gate: WriteGate;
  readonly pool: ProcessPool;
  readonly folder: string;
}

class ProcessWorld implements World {
  readonly model: Cloudlab;
  readonly #parts: Parts;
  readonly #meddler = new Meddler();
  #victim: Victim | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.model = parts.model;
  }

  imageSource(name: string): Promise<string> {
    return stageImage(this.#parts.folder, name, {});
  }

  async done(method: string, path: string, body: object): Promise<unknown> {
    const started = await ask(this.model, method, path, body);
    await this.settle();
    const link = new URL(String(started['selfLink'])).pathname.split('/projects/p/').at(-1) ?? '';
    const ended = await ask(this.model, 'GET', link);
    if (ended['error']) throw new Error(`${method} ${path}: ${JSON.stringify(ended['error'])}`);
    return ended;
  }

  async settle(): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (let quiet = 0; quiet < SETTLED_LOOKS; quiet++) {
      const why = await this.#underWay();
      if (why) quiet = -1;
      if (why && Date.now() > end) throw new Error(`It is still under way after ${PATIENCE_MS / 1000} s: ${why}.`);
      await sleep(50);
    }
  }

  async beginning(): Promise<Beginning> {
    return { state: structuredClone(this.model.lab.store.state), now: Date.now(), traffic: await this.traffic() };
  }

  traffic(): Promise<ReadonlyMap<string, TrafficRecord>> {
    return readAccountTraffic(this.#parts.db.pool, ACCOUNT);
  }

  async run(name: string, description: JsonObject, mishap: Mishap = {}, key = 'conformance'): Promise<Outcome> {
    const { gate } = this.#parts;
    this.#meddler.begin(key, mishap);
    const died: Outcome = { ended: null, changes: this.#meddler.changes };
    await gate.shut(mishap.dies !== undefined);
    const victim = await this.#process();
    let id: string;
    try {
      const body = [{ [name]: description }];
      ({ id } = await victim.api.submit({ params: { provider: 'gce' }, query: {}, body }, { key }));
    } catch (error) {
      if (!victim.dead) throw error;
      await victim.kill();
      return died;
    }
    for (const end = Date.now() + PATIENCE_MS; ;) {
      if (victim.dead) {
        await victim.kill();
        return died;
      }
      const { ended, parked } = await gate.look(id);
      if (ended) break;
      if (parked) {
        const when = this.#meddler.dies(parked.point);
        if (when) await victim.kill();
        if (when === 'before') await gate.forget(parked);
        else await gate.pass();
        if (when) return died;
      } else await sleep(LOOK_MS);
      if (Date.now() > end) {
        const { status } = await victim.api.getOperation({ params: { id } });
        throw new Error(`Operation ${name} has not ended after ${PATIENCE_MS / 1000} s: ${status.status}.`);
      }
    }
    await gate.shut(false);
    const told = await victim.api.getOperation({ params: { id } }).catch((error: unknown) => {
      // What tidies up behind the operation is a change too, of which it may die.
      if (!victim.dead) throw error;
    });
    if (!told) return died;
    const { status, reason } = told;
    return {
      ended: { failure: status.failed ? (reason ?? { summary: 'No reason was given.' }) : null },
      changes: this.#meddler.changes,
    };
  }

  async preview(name: string, description: JsonObject): Promise<OperationPreview> {
    const { api } = await this.#process();
    const [preview] = await api.previewOperations({ params: { provider: 'gce' }, body: [{ [name]: description }] });
    if (!preview) throw new Error(`Operation ${name} says nothing beforehand.`);
    return preview;
  }

  /** Carries a request to the cloud, unless the process dies of it; `answer` gets null when nobody hears it. */
  async answer({ method, url, body }: Request, answer: (answer: LabResponse | null) => void): Promise<void> {
    const dies = this.#meddler.meet(this.model, method, url);
    if (dies === 'before') {
      await this.#victim?.kill();
      return answer(null);
    }
    const query = Object.fromEntries(url.searchParams);
    const headers = url.pathname.startsWith('/metadata/') ? { 'metadata-flavor': 'Google' } : {};
    const answered = await this.model.handle({ method, path: url.pathname, query, headers, body });
    if (dies === 'after') await this.#victim?.kill();
    return answer(dies ? null : answered);
  }

  async close(): Promise<void> {
    await this.#victim?.kill();
    this.#victim = undefined;
    await this.model.close(0);
  }

  async #process(): Promise<Victim> {
    if (this.#victim && !this.#victim.dead) return this.#victim;
    // The dead one's lease would run out by itself in seconds; nobody renews it.
    await this.#parts.gate.expireLeases();
    this.#victim = await this.#parts.pool.take();
    return this.#victim;
  }

  async #underWay(): Promise<string | null> {
    const { state } = this.model.lab.store;
    const operation = Object.values(state.operations).find(({ document }) => document.status !== 'DONE');
    if (operation) return `${operation.document.operationType} ${operation.document.targetLink}`;
    const moving = Object.values(state.managed).find(({ action }) => action !== 'NONE');
    if (moving) return `${moving.instance} is ${moving.action}`;
    for (const path of Object.keys(state.resources)) {
      const short = path.replace('projects/p/', '');
      if (short.includes('/instanceGroupManagers/')) {
        const { status } = await ask(this.model, 'GET', short);
        if (!status?.['isStable']) return `${short} is not stable`;
      } else if (/\/(autoscalers)\//.test(short)) {
        const scaler = await ask(this.model, 'GET', short);
        const group = await ask(this.model, 'GET', String(scaler['target']).split('/projects/p/').at(-1) ?? '');
        const policy = scaler['autoscalingPolicy'];
        const size = Number(group['targetSize']);
        if (
          policy?.['mode'] === 'ON' &&
          (size < Number(policy['minNumReplicas']) || size > Number(policy['maxNumReplicas']))
        )
          return `${short} has yet to resize its group from ${size}`;
      }
    }
    return null;
  }
}
