import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Layout } from './layout.ts';
import { identify, isAlive } from './process-table.ts';
import { Sentence } from './sentence.ts';
import { runFolder } from './specs.ts';

const recordSchema = z.object({
  pid: z.number(),
  started: z.string(),
  offset: z.number(),
  ready: z.boolean(),
  addresses: z.record(z.string(), z.string()),
});

/** What the supervisor of a data folder says about itself. */
export type SystemRecord = z.infer<typeof recordSchema>;

/** The system that runs on this data folder now, or undefined. */
export function runningSystem(layout: Layout): SystemRecord | undefined {
  try {
    const record = recordSchema.parse(JSON.parse(readFileSync(fileOf(layout), 'utf8')));
    return isAlive(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the data folder for this process. Throws a sentence when another supervisor has it. */
export function takeFolder(layout: Layout): void {
  const other = runningSystem(layout);
  if (other && other.pid !== process.pid) {
    throw new Sentence(
      `The system on ${layout.data} runs already (process ${other.pid}, deck at ${other.addresses['deck']}): ` +
        `stop it with Ctrl-C or "kill ${other.pid}", or start another with --offset 100 --data ANOTHER_FOLDER.`,
    );
  }
  writeRecord(layout, false);
}

/** Writes the addresses for `gennaker where`, the demo and tests; `ready` says that all of them answer. */
export function writeRecord(layout: Layout, ready: boolean): void {
  const me = identify(process.pid) ?? { pid: process.pid, started: '' };
  const record: SystemRecord = { ...me, offset: layout.offset, ready, addresses: addressesOf(layout) };
  writeFileSync(`${fileOf(layout)}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${fileOf(layout)}.new`, fileOf(layout));
}

/** Gives the data folder free. */
export function releaseFolder(layout: Layout): void {
  rmSync(fileOf(layout), { force: true });
}

/** Address of everything that speaks HTTP. */
export function addressesOf(layout: Layout): Record<string, string> {
  const names = Object.keys(layout.ports).filter((name) => name !== 'postgres' && name !== 'redis');
  return Object.fromEntries(
    names.map((name) => [name, `http://127.0.0.1:${layout.ports[name as keyof Layout['ports']]}`]),
  );
}

function fileOf(layout: Layout): string {
  return join(runFolder(layout), 'supervisor.json');
}
