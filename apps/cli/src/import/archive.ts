import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Archive, archiveSchema, type RestoredArchive } from '@gennaker/contracts/archive';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { gateNamed, saying } from '../gate-client.ts';
import { reasonOf, Sentence } from '../up/sentence.ts';

type Gate = Client<typeof gateApi>;

const LISTS = ['applications', 'documents', 'pipelines', 'strategies'] as const;
/** A part of an archive has so many characters at most, unless one thing alone has more: well below what gate takes. */
const PART = 2_000_000;
/** A large system takes its time, ms. */
const DEADLINE_MS = 120_000;

/** The archive that a text holds; undefined when it is none. @throws Sentence for an archive of a wrong shape */
export function archiveIn(value: unknown): Archive | undefined {
  if (typeof value !== 'object' || value === null || !('archive' in value)) return undefined;
  const read = archiveSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Sentence(`The archive is damaged at ${issue?.path.join('.') ?? '$'}: ${issue?.message ?? 'wrong shape'}`);
}

/** An archive's text: of equal systems, the same. */
export function archiveText(archive: Archive): string {
  return `${JSON.stringify(archive, null, 2)}\n`;
}

/**
 * `gennaker export [FILE]`: everything that a system's front50 keeps as one JSON file. Answers the exit code.
 * @throws Sentence for a wrong command line, or a system that does not run
 */
export async function exportArchive(root: string, args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  const gate = await gateNamed(root, values, gateApi);
  const archive = await saying(() => gate.readArchive({}, { deadlineMs: DEADLINE_MS }));
  const text = archiveText(archive);
  const [file] = positionals;
  if (file === undefined) process.stdout.write(text);
  else await writeFile(resolve(process.env['INIT_CWD'] ?? process.cwd(), file), text, { mode: 0o600 });
  process.stderr.write(`${LISTS.map((list) => `${archive[list].length} ${list}`).join(', ')}.\n`);
  return 0;
}

/** Puts everything of an archive into a system, under its ids, part after part. */
export async function restoreArchive(gate: Gate, archive: Archive): Promise<RestoredArchive> {
  const whole: RestoredArchive = { restored: 0, refused: [] };
  for (const part of partsOf(archive)) {
    const { restored, refused } = await gate.restoreArchive({ body: part }, { deadlineMs: DEADLINE_MS });
    whole.restored += restored;
    whole.refused.push(...refused);
  }
  return whole;
}

/** An archive as a sequence of small ones, in the order in which things need each other. */
export function partsOf(archive: Archive, size = PART): Archive[] {
  const none = { archive: archive.archive, applications: [], documents: [], pipelines: [], strategies: [] };
  return [
    ...portions(archive.applications, size).map((applications) => ({ ...none, applications })),
    ...portions(archive.documents, size).map((documents) => ({ ...none, documents })),
    ...portions(archive.pipelines, size).map((pipelines) => ({ ...none, pipelines })),
    ...portions(archive.strategies, size).map((strategies) => ({ ...none, strategies })),
  ];
}

function portions<T>(items: readonly T[], size: number): T[][] {
  const all: T[][] = [];
  let room = 0;
  for (const item of items) {
    const { length } = JSON.stringify(item);
    const last = length > room ? undefined : all.at(-1);
    if (last) last.push(item);
    else {
      all.push([item]);
      room = size;
    }
    room -= length;
  }
  return all;
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { data: { type: 'string' }, offset: { type: 'string' } },
    });
  } catch (error) {
    throw new Sentence(`${reasonOf(error)}. See "gennaker export --help" for what it can do.`);
  }
}
