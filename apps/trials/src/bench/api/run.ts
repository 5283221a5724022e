import pg from 'pg';
import { Pool } from 'undici';
import { quantile } from '../../closed-loop.ts';
import { watchForeign } from '../cloudlab/foreign.ts';
import { type Figure, type Pair, type RowResult, resultOf } from '../engine/row.ts';
import { type ApiSize, fill } from './fill.ts';
import { API_ROWS, type ApiRow } from './lists.ts';
import { startApiSystem } from './system.ts';

/** How the bench of the API is run. */
export interface ApiBenchOptions {
  readonly rounds: number;
  readonly quick: boolean;
  /** Names of the rows to measure. */
  readonly only: readonly string[];
  readonly say: (text: string) => void;
}

const FULL: ApiSize = { applications: 2_000, pipelines: 10_000, executions: 200_000 };
const QUICK: ApiSize = { applications: 200, pipelines: 1_000, executions: 20_000 };
/** Requests of a row in a round, and before the first one. Lists of everything are long. */
const REQUESTS = { list: 30, search: 30, stream: 5 } as const;
const WARM_UP = 3;

const BOUND = { list: 150, search: 300, stream: 150 } as const;
const TELLS = { list: '', search: 'executions ', stream: 'first byte of ' } as const;
const BESIDE = {
  list: 'a hand-written statement',
  search: 'a hand-written statement',
  stream: 'a hand-written statement, whole',
} as const;

/** The figures of a row: what one of two and one of a hundred requests take longer than. */
const figuresOf = ({ kind, name }: ApiRow): readonly Figure[] =>
  (['p50', 'p99'] as const).map((share) => ({
    metric: `${TELLS[kind]}${name}, ${share}`,
    unit: 'ms',
    of: BESIDE[kind],
    better: 'less',
    bounds: 'value',
    reach: BOUND[kind],
    aim: BOUND[kind] / 3,
  }));

/**
 * Measures gate's lists and its search of executions in a system that holds much, each request beside a statement that a
 * hand would write for it, in turn.
 */
export async function runApiBench({ rounds, quick, only, say }: ApiBenchOptions): Promise<RowResult[]> {
  const size = quick ? QUICK : FULL;
  const rows = API_ROWS.filter(({ name }) => only.includes(name));
  const system = await startApiSystem();
  const pool = new Pool(system.gate, { connections: 1 });
  const client = new pg.Client({ connectionString: system.databaseUrl });
  try {
    say(`filling: ${size.applications} applications, ${size.pipelines} pipelines, ${size.executions} executions`);
    const began = performance.now();
    await fill(system, size);
    say(`filled in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    await client.connect();
    const measured = new Map<ApiRow, { readonly pairs: readonly Pair[]; readonly foreign: number }[]>();
    for (let round = 0; round <= rounds; round++)
      for (const row of rows) {
        const usedByOthers = await watchForeign();
        const pairs = await roundOf({ row, round, size, pool, client });
        const foreign = await usedByOthers();
        if (round === 0) continue;
        measured.set(row, [...(measured.get(row) ?? []), { pairs, foreign }]);
        const [half, most] = pairs;
        say(
          `round ${round}  ${TELLS[row.kind]}${row.name}: ${half?.value.toFixed(1)} and ${most?.value.toFixed(1)} ms beside ${half?.beside.toFixed(1)} and ${most?.beside.toFixed(1)}`,
        );
      }
    return rows.flatMap((row) =>
      figuresOf(row).map((figure, index) => {
        const list = measured.get(row) ?? [];
        return resultOf(
          figure,
          list.flatMap(({ pairs }) => pairs[index] ?? []),
          list.map(({ foreign }) => foreign),
        );
      }),
    );
  } finally {
    await pool.destroy();
    await client.end();
    await system.stop();
  }
}

interface Round {
  readonly row: ApiRow;
  /** 0: nothing is kept of it. */
  readonly round: number;
  readonly size: ApiSize;
  readonly pool: Pool;
  readonly client: pg.Client;
}

/** One of two and one of a hundred: of requests, beside statements. */
async function roundOf({ row, round, size, pool, client }: Round): Promise<readonly Pair[]> {
  const [ours, floors]: [number[], number[]] = [[], []];
  const count = round === 0 ? WARM_UP : REQUESTS[row.kind];
  for (let index = 0; index < count; index++) {
    const number = (round * 1_000 + index) * 7_919;
    const path = row.path(number, size);
    const ask = async (): Promise<void> => void ours.push(await request(pool, path, row.kind === 'stream'));
    const query = async (): Promise<void> => {
      const { text, values } = row.floor(number, size);
      const began = performance.now();
      JSON.stringify((await client.query(text, [...values])).rows);
      floors.push(performance.now() - began);
    };
    // Neither always finds what the other has just read.
    if (index % 2 === 0) await ask();
    await query();
    if (index % 2 === 1) await ask();
  }
  return [0.5, 0.99].map((share) => ({ value: quantile(ours, share), beside: quantile(floors, share) }));
}

/** Milliseconds until the whole answer is there, or its first byte. @throws Error for what is no success */
async function request(pool: Pool, path: string, firstByte: boolean): Promise<number> {
  const began = performance.now();
  const answer = await pool.request({ path, method: 'GET' });
  let first: number | undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of answer.body as AsyncIterable<Uint8Array>) {
    first ??= performance.now() - began;
    pieces.push(piece);
  }
  const whole = performance.now() - began;
  if (answer.statusCode !== 200)
    throw new Error(`${path} was answered ${answer.statusCode}: ${Buffer.concat(pieces).toString().slice(0, 500)}`);
  return firstByte ? (first ?? whole) : whole;
}
