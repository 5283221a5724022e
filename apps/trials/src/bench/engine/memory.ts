import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@gennaker/client/client';
import { orcaApi } from '@gennaker/contracts/orca';
import { isComplete } from '@gennaker/contracts/status';
import { startSystem, type System } from '@gennaker/fixtures/system';
import { z } from 'zod';
import { closedLoop } from '../../closed-loop.ts';
import { linear } from './pipelines.ts';
import type { Row } from './row.ts';

const EMPTY_NEST = fileURLToPath(new URL('../../empty-nest/main.ts', import.meta.url));
const EMPTY_ONES = 8;
const OFFSET = 4_500;
const EXECUTIONS = 1_000;
const SETTLE_MS = 30_000;
const EMPTY_SETTLE_MS = 3_000;
const startedSchema = z.looseObject({ ref: z.string() });

/** Proportional set size of a process, MB. */
export function proportionalMegabytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) / 1_024;
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

/** Proportional set size of empty Nest processes that listen and do nothing, together, MB. */
async function emptyNests(): Promise<number> {
  const children: ChildProcess[] = [];
  try {
    const ready = Array.from({ length: EMPTY_ONES }, async () => {
      const child = spawn(process.execPath, [EMPTY_NEST], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      await new Promise<void>((resolve, reject) => {
        child.stdout.once('data', () => resolve());
        child.once('exit', (code) => reject(new Error(`An empty Nest process ended with ${String(code)}`)));
      });
    });
    await Promise.all(ready);
    await sleep(EMPTY_SETTLE_MS);
    return sum(children.map(({ pid }) => proportionalMegabytes(pid ?? 0)));
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

/** The parts that are services, not stores or the local cloud. */
async function servicesOf(system: System): Promise<string[]> {
  const names = (await readdir(join(system.dataDir, 'run'))).map((file) => file.replace(/\.json$/, ''));
  return names.filter(
    (name) => name === 'services' || /^(orca|gate|echo|front50|igor|rosco|clouddriver|deck)/.test(name),
  );
}

/** Memory of all services of a whole system that has worked. */
export const memory: Row = {
  name: 'memory',
  rounds: 1,
  figures: [
    {
      metric: `memory of all services (PSS) after ${EXECUTIONS} executions`,
      unit: 'MB',
      of: `${EMPTY_ONES} empty Nest processes`,
      better: 'less',
      bounds: 'value',
      reach: 400,
      aim: 300,
    },
  ],
  round: async () => {
    const system = await startSystem({ offset: OFFSET });
    try {
      const url = system.addresses['orca'] ?? '';
      const client = createClient(orcaApi, { baseUrl: url });
      await closedLoop(EXECUTIONS, 20, async () => {
        const { ref } = startedSchema.parse(await client.orchestrate({ body: orchestration() }));
        const id = ref.split('/').at(-1) ?? '';
        while (!isComplete((await client.getExecution({ params: { id } })).status)) await sleep(30);
      });
      await sleep(SETTLE_MS);
      const names = await servicesOf(system);
      const sizes = await Promise.all(names.map(async (name) => proportionalMegabytes(await system.pidOf(name))));
      return [{ value: sum(sizes), beside: await emptyNests() }];
    } finally {
      await system.stop();
    }
  },
};

function orchestration(): Parameters<ReturnType<typeof createClient<typeof orcaApi>>['orchestrate']>[0]['body'] {
  return { application: 'bench', name: 'bench', stages: linear()['stages'] as { type: string }[] };
}
