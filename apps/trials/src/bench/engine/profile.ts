import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startTrialServers } from '../../servers.ts';
import { linear } from './pipelines.ts';
import { benchWorld } from './world.ts';

const profileSchema = z.looseObject({
  nodes: z.array(
    z.looseObject({ id: z.number(), callFrame: z.looseObject({ functionName: z.string(), url: z.string() }) }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

const TOP = 12;

/** Where a function belongs: an npm package, a folder of the product, or Node and the engine below it. */
function ownerOf(url: string): string {
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (dependency && !dependency.startsWith('@gennaker/')) return dependency;
  const own = /\/((?:apps|libs)\/[^/]+)\//.exec(url)?.[1];
  if (own) return own;
  return url.startsWith('node:') ? 'node' : 'V8 and native code';
}

/**
 * Runs ten stages in a row, 50 in flight, under V8's profiler, and tells where orca's own time goes: by package, and the
 * functions that take most. Times of PostgreSQL and Redis are not in it, nor is waiting.
 */
export async function profileOrca(say: (text: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-profile-'));
  const servers = await startTrialServers();
  try {
    const world = await benchWorld(servers, false);
    const product = await world.product({ node: ['--cpu-prof', `--cpu-prof-dir=${folder}`] });
    await world.load(product, linear(), 10, { inFlight: 50, count: 2_000 });
    await product.stop();
    const files = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile'));
    const sizes = await Promise.all(
      files.map(async (file) => ({ file, text: await readFile(join(folder, file), 'utf8') })),
    );
    // The thread that renews claims has a profile of its own; the main one is the bigger.
    const [main] = sizes.sort((a, b) => b.text.length - a.text.length);
    if (!main) throw new Error('orca left no profile behind');
    printProfile(main.text, say);
  } finally {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tells where the time of a CPU profile of V8 (its text) went: by package, and the functions that take most. */
export function printProfile(text: string, say: (text: string) => void): void {
  const profile = profileSchema.parse(JSON.parse(text));
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  for (const [index, sample] of profile.samples.entries()) {
    const frame = nodes.get(sample);
    const micros = profile.timeDeltas[index] ?? 0;
    if (!frame || frame.functionName === '(idle)' || frame.functionName === '(root)') continue;
    busy += micros;
    const owner = ownerOf(frame.url);
    packages.set(owner, (packages.get(owner) ?? 0) + micros);
    const name = `${frame.functionName || '(anonymous)'}  ${owner}`;
    functions.set(name, (functions.get(name) ?? 0) + micros);
  }
  const top = (map: ReadonlyMap<string, number>): void => {
    for (const [name, micros] of [...map].sort(([, a], [, b]) => b - a).slice(0, TOP))
      say(`${((micros / busy) * 100).toFixed(1).padStart(6)} %  ${name}`);
  };
  say(`it was busy for ${(busy / 1e6).toFixed(1)} s (its start included); by package:`);
  top(packages);
  say('by function:');
  top(functions);
}
