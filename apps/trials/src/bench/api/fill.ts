import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { isComplete } from '@gennaker/contracts/status';
import pg from 'pg';
import { copyStatement, NUMBER } from '../engine/copy-rows.ts';
import { multiply, type Original } from '../engine/multiply.ts';
import type { ApiSystem } from './system.ts';

/** How much a system holds. */
export interface ApiSize {
  readonly applications: number;
  readonly pipelines: number;
  readonly executions: number;
}

/** Words of the originals, each of which stands for many in their copies. */
const WORD = {
  application: 'appsoriginal',
  config: 'configoriginal',
  pipeline: 'pipelineoriginal',
  user: 'useroriginal',
  version: 'versionoriginal',
  commit: `c0ffee${'0'.repeat(34)}`,
  event: 'eventoriginal',
} as const;
/** Marks of what stands for them. */
const MARK = {
  application: '\u00a4',
  config: '\u00b6',
  user: '\u00b5',
  version: '\u00a6',
  commit: '\u00a2',
  time: '\u00a5',
} as const;

export const USERS = 500;
export const VERSIONS = 5_000;
/** Executions are so far apart, ms. */
const APART_MS = 20_000;
/** Strategies, projects, deleted pipelines and events there are. */
const FEW = 200;
const MANY_EVENTS = 20_000;
const RUNNING = 50;

/** The names of what stands in a filled system, by number. */
export const named = {
  application: (number: number): string => `apps-${number}`,
  config: (number: number): string => `config-${number}`,
  pipeline: (number: number): string => `pipeline-${number}`,
  user: (number: number): string => `user-${number}`,
  version: (number: number): string => `version-${number}`,
  commit: (number: number): string => `${number.toString(16).padStart(6, '0')}${'0'.repeat(34)}`,
  event: (number: number): string => `event-${number}`,
} as const;

/** Executions as pipelines that people have published have stages, by what starts them; one in ten fails. */
const KINDS: readonly {
  readonly type: string;
  readonly stages: number;
  readonly share: number;
  readonly fails?: true;
}[] = [
  { type: 'manual', stages: 1, share: 0.25 },
  { type: 'webhook', stages: 2, share: 0.2 },
  { type: 'jenkins', stages: 4, share: 0.25 },
  { type: 'git', stages: 8, share: 0.12 },
  { type: 'cron', stages: 15, share: 0.08 },
  { type: 'manual', stages: 3, share: 0.1, fails: true },
];

type Gate = Client<typeof gateApi>;

/**
 * Fills a system: one of each kind is made through gate as a user would, and its rows are copied within the services' own
 * tables. The histories of executions are left out: no list reads them.
 */
export async function fill(system: ApiSystem, size: ApiSize): Promise<void> {
  const gate = createClient(gateApi, { baseUrl: system.gate });
  await makeDocuments(gate);
  const event = await gate.webhook({ params: { type: 'webhook', source: 'bench' }, body: '{"branch":"main"}' });
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  try {
    const originals: Original[] = [];
    const times = new Map<string, number>();
    for (const kind of KINDS) {
      const execution = await ended(gate, await start(gate, kind));
      originals.push({ id: execution.id, times: Math.round(size.executions * kind.share) });
      times.set(execution.id, execution.buildTime);
    }
    await copyDocuments(client, size);
    await copyEvents(client, event.eventId);
    await multiply(system.databaseUrl, originals, {
      texts: (original) => [...texts, [String(times.get(original.id)), MARK.time]],
      marks: marksOf(size, Date.now()),
      withoutHistory: true,
    });
    for (let index = 0; index < RUNNING; index++) await start(gate, { type: 'manual', stages: 1 }, true);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

const texts: readonly (readonly [string, string])[] = [
  [WORD.application, `apps-${MARK.application}`],
  [WORD.config, `config-${MARK.config}`],
  [WORD.pipeline, `pipeline-${MARK.config}`],
  [WORD.user, `user-${MARK.user}`],
  [WORD.version, `version-${MARK.version}`],
  ['c0ffee', MARK.commit],
  [WORD.event, `event-${NUMBER}`],
];

const marksOf = ({ applications, pipelines, executions }: ApiSize, now: number): Record<string, string> => ({
  // A pipeline is of the same application wherever it stands.
  [MARK.application]: `(number % ${pipelines} % ${applications})::text`,
  [MARK.config]: `(number % ${pipelines})::text`,
  [MARK.user]: `(number % ${USERS})::text`,
  [MARK.version]: `(number % ${VERSIONS})::text`,
  [MARK.commit]: `lpad(to_hex(number), 6, '0')`,
  // Numbers are by kind; time goes through all of them.
  [MARK.time]: `(${now - APART_MS}::bigint - (number::bigint * 7919 % ${executions}) * ${APART_MS})::text`,
});

async function start(
  gate: Gate,
  { type, stages, fails }: { readonly type: string; readonly stages: number; readonly fails?: true },
  waits = false,
): Promise<string> {
  const last = waits
    ? { type: 'manualJudgment', name: 'Approve' }
    : fails
      ? { type: 'checkPreconditions', name: 'Check', preconditions: [NEVER] }
      : { type: 'wait', name: 'Wait', waitTime: 0 };
  const { ref } = await gate.startDocument({
    body: {
      application: WORD.application,
      name: WORD.pipeline,
      id: WORD.config,
      stages: [...Array.from({ length: stages - 1 }, (_, index) => stageOf(index)), last].map((stage, index) => ({
        ...stage,
        refId: String(index + 1),
        requisiteStageRefIds: index === 0 ? [] : [String(index)],
      })),
      trigger: triggerOf(type),
    },
  });
  return ref.slice(ref.lastIndexOf('/') + 1);
}

const NEVER = { type: 'expression', context: { expression: '${false}' }, failPipeline: true };

/** A stage with settings of a common size. */
const stageOf = (index: number) => ({
  type: 'wait',
  name: `Step ${index + 1}`,
  waitTime: 0,
  comments: 'Waits until the caches are warm and the dashboards have something to show. '.repeat(6),
});

const triggerOf = (type: string) => ({
  type,
  user: WORD.user,
  eventId: WORD.event,
  parameters: { version: WORD.version, region: 'us-central1', dryRun: 'no' },
  artifacts: [
    { type: 'docker/image', name: 'registry/shop', version: WORD.version, reference: `registry/shop:${WORD.version}` },
  ],
  ...(type === 'git' ? { hash: WORD.commit, branch: 'main', source: 'github', project: 'shop', slug: 'shop' } : {}),
  ...(type === 'jenkins'
    ? {
        job: 'shop',
        master: 'ci',
        buildInfo: { name: 'shop', number: 7, scm: [{ branch: 'main', sha1: WORD.commit }] },
      }
    : {}),
});

async function ended(gate: Gate, id: string) {
  for (;;) {
    const execution = await gate.getExecution({ params: { id } });
    if (isComplete(execution.status)) return execution;
    await sleep(20);
  }
}

async function makeDocuments(gate: Gate): Promise<void> {
  const task = async (job: { readonly type: string } & Readonly<Record<string, unknown>>): Promise<void> => {
    const { ref } = await gate.submitTask({ body: { application: WORD.application, job: [job] } });
    const { status } = await gate.getTask({ params: { id: ref.slice(ref.lastIndexOf('/') + 1) } });
    if (status !== 'SUCCEEDED') throw new Error(`The bench could not be prepared: ${job.type} is ${status}.`);
  };
  const application = { name: WORD.application, email: 'bench@example.com', description: 'x'.repeat(200) };
  await task({ type: 'createApplication', application });
  const pipeline = {
    application: WORD.application,
    stages: Array.from({ length: 5 }, (_, index) => ({ ...stageOf(index), refId: String(index + 1) })),
    parameterConfig: [{ name: 'version', default: '1' }],
    triggers: [],
  };
  await gate.savePipeline({ query: {}, body: JSON.stringify({ ...pipeline, id: WORD.config, name: WORD.pipeline }) });
  await gate.savePipeline({ query: {}, body: JSON.stringify({ ...pipeline, id: 'goneoriginal', name: 'gone' }) });
  await gate.deletePipeline({ params: { application: WORD.application, name: 'gone' } });
  await gate.saveStrategy({
    query: {},
    body: JSON.stringify({ ...pipeline, id: 'strategyoriginal', name: 'strategyoriginal', strategy: true }),
  });
  await task({
    type: 'upsertProject',
    project: {
      id: 'projectoriginal',
      name: 'projectoriginal',
      email: 'bench@example.com',
      config: { applications: [WORD.application], pipelineConfigs: [], clusters: [] },
    },
  });
}

/** Applications, pipelines with two versions each, strategies, projects and a recycle bin. */
async function copyDocuments(client: pg.Client, size: ApiSize): Promise<void> {
  const marks = marksOf(size, Date.now());
  const copy = async (table: string, by: string, value: string, count: number): Promise<void> => {
    const { text, values } = await copyStatement(client, {
      table,
      by,
      value,
      texts: [
        ...texts,
        ...['gone', 'strategy', 'project'].map((kind) => [`${kind}original`, `${kind}-${NUMBER}`] as const),
      ],
      marks,
    });
    await client.query(text, [...values, 0, count - 1]);
  };
  await copy('front50.applications', 'id', WORD.application, size.applications);
  await copy('front50.application_versions', 'application_id', WORD.application, size.applications);
  await copy('front50.pipelines', 'id', WORD.config, size.pipelines);
  await copy('front50.pipeline_versions', 'pipeline_id', WORD.config, size.pipelines);
  await copy('front50.pipeline_versions', 'pipeline_id', 'goneoriginal', FEW);
  await copy('front50.pipelines', 'id', 'strategyoriginal', FEW);
  await copy('front50.pipeline_versions', 'pipeline_id', 'strategyoriginal', FEW);
  await copy('front50.documents', 'id', 'projectoriginal', FEW);
  await copy('front50.document_versions', 'id', 'projectoriginal', FEW);
}

async function copyEvents(client: pg.Client, event: string): Promise<void> {
  const { rows } = await client.query<{ key: string }>('select key from echo.events where id = $1', [event]);
  const texts = [event, rows[0]?.key ?? event].map((text) => [text, `${text}-${NUMBER}`] as const);
  const { text, values } = await copyStatement(client, { table: 'echo.events', by: 'id', value: event, texts });
  await client.query(text, [...values, 1, MANY_EVENTS]);
}
