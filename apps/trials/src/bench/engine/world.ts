import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { closedLoop } from '../../closed-loop.ts';
import { cpuSeconds } from '../../cpu.ts';
import { type Measured, measured, type PeerOptions } from '../../peers/peer.ts';
import type { TrialServers } from '../../servers.ts';
import { type Product, type ProductOptions, startProduct } from './product.ts';

const PEERS = fileURLToPath(new URL('../../peers/main.ts', import.meta.url));
const WARM_UP = 50;

/** What rows measure with: the servers, the product's database, and the peers' one. */
export interface BenchWorld {
  readonly servers: TrialServers;
  readonly quick: boolean;
  /** URL of a migrated database of this name, made at its first use. */
  database(name: string): Promise<string>;
  /** Starts the product on its database; the caller stops it. */
  product(more?: Partial<ProductOptions>): Promise<Product>;
  /** Runs pipelines through the public start API in a closed loop, after a warm-up. */
  load(product: Product, pipeline: Record<string, unknown>, stages: number, load: Load): Promise<Measured>;
  /** Runs a peer in a process of its own. */
  peer(name: string, load: Load): Promise<Measured>;
}

/** How much at a time, and how much in all. */
export interface Load {
  readonly inFlight: number;
  readonly count: number;
}

/** Makes the databases of a bench. */
export async function benchWorld(servers: TrialServers, quick: boolean): Promise<BenchWorld> {
  const [productUrl, peersUrl] = [await servers.database('product'), await servers.database('peers', false)];
  const databases = new Map<string, Promise<string>>();
  const database = (name: string): Promise<string> => {
    const made = databases.get(name) ?? servers.database(name);
    databases.set(name, made);
    return made;
  };
  const pids = (): number[] => [servers.postgres.pid(), servers.redis.pid()];
  return {
    servers,
    quick,
    database,
    product: (more) => startProduct({ databaseUrl: productUrl, redisUrl: servers.redis.url, ...more }),
    load: async (product, pipeline, stages, { count, inFlight }) => {
      const run = async (): Promise<void> => void (await product.run(pipeline));
      await closedLoop(Math.min(WARM_UP, count), inFlight, run);
      const counted = [...pids(), product.pid];
      const before = cpuSeconds(counted);
      const { ms, took } = await closedLoop(count, inFlight, run);
      return { stages: count * stages, ms, took: [...took], cpuSeconds: cpuSeconds(counted) - before };
    },
    peer: (name, load) => runPeer(name, { databaseUrl: peersUrl, redisUrl: servers.redis.url, pids: pids(), ...load }),
  };
}

async function runPeer(name: string, options: PeerOptions): Promise<Measured> {
  const child = spawn(process.execPath, [PEERS, name, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`the peer ${name} ended with ${code}: ${output.slice(-500)}`);
  return measured.parse(JSON.parse(output.trimEnd().split('\n').at(-1) ?? ''));
}
