import { named, USERS, VERSIONS } from './fill.ts';
import type { ApiSize } from './fill.ts';

/** One address of gate, beside a statement that a hand would write for it. */
export interface ApiRow {
  readonly name: string;
  /** `list`: a page, whole; `search`: executions; `stream`: a list of everything, until its first byte. */
  readonly kind: 'list' | 'search' | 'stream';
  /** The path for a number, which chooses what is asked for. */
  readonly path: (number: number, size: ApiSize) => string;
  readonly floor: (number: number, size: ApiSize) => Statement;
}

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

const app = (number: number, size: ApiSize): string => named.application(number % size.applications);
const config = (number: number, size: ApiSize): string => named.config(number % size.pipelines);
const DAY_MS = 24 * 60 * 60_000;

const STAGES = `(select json_agg(json_build_object('data', s.data::json, 'context', s.context::json, 'outputs', s.outputs::json))
  from orca.stages s where s.execution_id = e.id) stages`;
const NARROW = `(select json_agg(s.data::json) from orca.stages s where s.execution_id = e.id) stages`;

/** Executions by a statement that answers their ids, with their stages or without the stages' contexts. */
const executions = (ids: string, values: readonly unknown[], stages = STAGES): Statement => ({
  text: `select e.id, e.data, e.live, ${stages} from orca.executions e where e.id in (${ids})`,
  values,
});

const byWords = (...words: string[]): Statement =>
  executions(
    `select execution_id from orca.execution_words where words @> $1 order by build_time desc, execution_id desc limit 11`,
    [words],
    NARROW,
  );

const OF_APPLICATION = `select f.id from (
    select distinct pipeline_config_id config from orca.executions where application = $1 and type = 'PIPELINE') c
  cross join lateral (select id from orca.executions where application = $1 and type = 'PIPELINE'
    and pipeline_config_id = c.config order by build_time desc limit $2) f`;

const LATEST_OF_CONFIGS = `select f.id from unnest($1::text[]) c(config) cross join lateral (
    select id from orca.executions where pipeline_config_id = c.config order by build_time desc limit 1) f`;

const NEWEST = `select id from orca.executions where application = $1 and type = 'PIPELINE' order by build_time desc limit 11`;

const pattern = (trigger: object): string =>
  encodeURIComponent(Buffer.from(JSON.stringify(trigger)).toString('base64'));
const statement = (text: string, ...values: unknown[]): Statement => ({ text, values });

const lists: readonly Omit<ApiRow, 'kind'>[] = [
  {
    name: 'an application',
    path: (number, size) => `/applications/${app(number, size)}?expand=false`,
    floor: (number, size) => statement('select * from front50.applications where id = $1', app(number, size)),
  },
  {
    name: "an application's pipelines",
    path: (number, size) => `/applications/${app(number, size)}/pipelineConfigs`,
    floor: (number, size) =>
      statement(
        `select body from front50.pipelines where application = $1 and kind = 'pipeline' order by position, name_key`,
        app(number, size),
      ),
  },
  {
    name: "an application's strategies",
    path: (number, size) => `/applications/${app(number, size)}/strategyConfigs`,
    floor: (number, size) =>
      statement(`select body from front50.pipelines where application = $1 and kind = 'strategy'`, app(number, size)),
  },
  {
    name: "an application's executions",
    path: (number, size) => `/applications/${app(number, size)}/pipelines`,
    floor: (number, size) => executions(OF_APPLICATION, [app(number, size), 10]),
  },
  {
    name: "an application's executions without contexts",
    path: (number, size) => `/applications/${app(number, size)}/pipelines?expand=false`,
    floor: (number, size) => executions(OF_APPLICATION, [app(number, size), 10], NARROW),
  },
  {
    name: 'the latest executions of 20 pipelines',
    path: (number, size) => `/executions?pipelineConfigIds=${twenty(number, size).join(',')}`,
    floor: (number, size) => executions(LATEST_OF_CONFIGS, [twenty(number, size)]),
  },
  {
    name: "an application's tasks",
    path: (number, size) => `/applications/${app(number, size)}/tasks`,
    floor: (number, size) =>
      statement(
        `select body from front50.tasks where application = $1 order by created_at desc limit 100`,
        app(number, size),
      ),
  },
  {
    name: "an application's versions",
    path: (number, size) => `/applications/${app(number, size)}/history`,
    floor: (number, size) =>
      statement(
        'select attributes from front50.application_versions where application_id = $1 order by version desc limit 20',
        app(number, size),
      ),
  },
  {
    name: "an application's notifications",
    path: (number, size) => `/notifications/application/${app(number, size)}`,
    floor: (number, size) =>
      statement(`select body from front50.documents where kind = 'notifications' and id = $1`, app(number, size)),
  },
  {
    name: "an application's server groups",
    path: (number, size) => `/applications/${app(number, size)}/serverGroups`,
    floor: () => statement('select 1'),
  },
  {
    name: "a pipeline's versions",
    path: (number, size) => `/pipelineConfigs/${config(number, size)}/history`,
    floor: (number, size) =>
      statement(
        'select body from front50.pipeline_versions where pipeline_id = $1 order by version desc limit 20',
        config(number, size),
      ),
  },
  {
    name: "a pipeline's changes",
    path: (number, size) => `/pipelineConfigs/${config(number, size)}/changes`,
    floor: (number, size) =>
      statement(
        'select body from front50.pipeline_versions where pipeline_id = $1 order by version desc limit 21',
        config(number, size),
      ),
  },
  {
    name: 'projects',
    path: () => '/projects',
    floor: () => statement(`select body from front50.documents where kind = 'project' order by name_key`),
  },
  {
    name: "a project's executions",
    path: (number) => `/projects/project-${number % 200}/pipelines`,
    floor: (number, size) => executions(OF_APPLICATION, [named.application((number % 200) % size.applications), 5]),
  },
  {
    name: 'strategies of all applications',
    path: () => '/strategyConfigs',
    floor: () => statement(`select body from front50.pipelines where kind = 'strategy' order by application, name_key`),
  },
  {
    name: 'pipeline templates',
    path: () => '/v2/pipelineTemplates',
    floor: () => statement(`select body from front50.documents where kind = 'template'`),
  },
  {
    name: 'the recycle bin',
    path: () => '/recycleBin',
    floor: () => statement('select * from front50.pipeline_versions where deleted order by updated_at desc limit 100'),
  },
  {
    name: 'events that came in',
    path: () => '/events/history',
    floor: () => statement('select * from echo.events order by received_at desc limit 50'),
  },
  {
    name: 'queues',
    path: () => '/executions/queues',
    floor: () => statement('select * from orca.queues'),
  },
  {
    name: 'accounts',
    path: () => '/credentials',
    floor: () => statement('select 1'),
  },
];

const searches: readonly Omit<ApiRow, 'kind'>[] = [
  {
    name: 'of an application',
    path: (number, size) => `/applications/${app(number, size)}/executions/search`,
    floor: (number, size) => executions(NEWEST, [app(number, size)], NARROW),
  },
  {
    name: 'of all applications',
    path: () => '/applications/*/executions/search',
    floor: () =>
      executions(`select execution_id from orca.execution_words order by build_time desc limit 11`, [], NARROW),
  },
  {
    name: 'by name',
    path: (number, size) => `/executions/search?pipelineName=${named.pipeline(number % size.pipelines)}`,
    floor: (number, size) => byWords(`name=${named.pipeline(number % size.pipelines)}`),
  },
  {
    name: 'by user',
    path: (number) => `/executions/search?user=${named.user(number % USERS)}`,
    floor: (number) => byWords(`user=${named.user(number % USERS)}`),
  },
  {
    name: 'by parameter',
    path: (number) => `/executions/search?parameter=version=${named.version(number % VERSIONS)}`,
    floor: (number) => byWords(`trigger.parameters.version=${named.version(number % VERSIONS)}`),
  },
  {
    name: 'by a parameter that all have',
    path: () => '/executions/search?parameter=region=us-central1',
    floor: () => byWords('trigger.parameters.region=us-central1'),
  },
  {
    name: 'by artifact',
    path: (number) => `/executions/search?artifact=registry/shop:${named.version(number % VERSIONS)}`,
    floor: (number) => byWords(`artifact=registry/shop:${named.version(number % VERSIONS)}`),
  },
  {
    name: 'by commit',
    path: (number, size) => `/executions/search?commit=${named.commit(number % size.executions).slice(0, 10)}`,
    floor: (number, size) => byWords(`commit=${named.commit(number % size.executions).slice(0, 7)}`),
  },
  {
    name: 'by event',
    path: (number, size) => `/applications/*/executions/search?eventId=${named.event(1 + (number % size.executions))}`,
    floor: (number, size) => byWords(`trigger.eventid=${named.event(1 + (number % size.executions))}`),
  },
  {
    name: 'by type of trigger',
    path: () => '/executions/search?triggerTypes=git,jenkins',
    floor: () =>
      executions(
        `select execution_id from orca.execution_words where words && $1 order by build_time desc limit 11`,
        [['trigger.type=git', 'trigger.type=jenkins']],
        NARROW,
      ),
  },
  {
    name: 'by a type of trigger and a user',
    path: (number) => `/executions/search?triggerTypes=git&user=${named.user(number % USERS)}`,
    floor: (number) => byWords('trigger.type=git', `user=${named.user(number % USERS)}`),
  },
  {
    name: 'that failed',
    path: () => '/executions/search?statuses=TERMINAL,CANCELED,STOPPED',
    floor: () =>
      executions(
        `select id from orca.executions where complete and type = 'PIPELINE' and status = 'TERMINAL' order by build_time desc limit 11`,
        [],
        NARROW,
      ),
  },
  {
    name: 'of a user that failed',
    path: (number) => `/executions/search?statuses=TERMINAL&user=${named.user(number % USERS)}`,
    floor: (number) => byWords(`user=${named.user(number % USERS)}`),
  },
  {
    name: 'that run',
    path: () => '/executions/search?statuses=RUNNING,PAUSED,NOT_STARTED',
    floor: () =>
      executions(
        `select id from orca.executions where not complete and type = 'PIPELINE' order by build_time desc limit 11`,
        [],
        NARROW,
      ),
  },
  {
    name: 'of a day',
    path: (number) =>
      `/executions/search?triggerTimeStartBoundary=${day(number)}&triggerTimeEndBoundary=${day(number) + DAY_MS}`,
    floor: (number) =>
      executions(
        `select execution_id from orca.execution_words where build_time between $1 and $2 order by build_time desc limit 11`,
        [day(number), day(number) + DAY_MS],
        NARROW,
      ),
  },
  {
    name: 'by a part of the trigger',
    path: (number) =>
      `/applications/*/executions/search?trigger=${pattern({ parameters: { version: named.version(number % VERSIONS) } })}`,
    floor: (number) => byWords(`trigger.parameters.version=${named.version(number % VERSIONS)}`),
  },
  {
    name: 'by a pattern of the trigger in an application',
    path: (number, size) =>
      `/applications/${app(number, size)}/executions/search?trigger=${pattern({ parameters: { version: 'version-1.*' } })}`,
    floor: (number, size) =>
      executions(
        `select id from orca.executions where application = $1 and type = 'PIPELINE'
           and data->'trigger'->'parameters'->>'version' ~ '^version-1.*$' order by build_time desc limit 11`,
        [app(number, size)],
        NARROW,
      ),
  },
];

const streams: readonly Omit<ApiRow, 'kind'>[] = [
  {
    name: 'all applications',
    path: () => '/applications',
    floor: () => statement('select * from front50.applications order by id'),
  },
  {
    name: 'all pipelines',
    path: () => '/pipelineConfigs',
    floor: () =>
      statement(
        `select id, body, updated_at, updated_by from front50.pipelines where kind = 'pipeline' order by application, position, name_key`,
      ),
  },
  {
    name: 'the archive of everything',
    path: () => '/archive',
    floor: () => statement('select id, body, position, cron_ids from front50.pipelines order by kind, application'),
  },
];

/** What is measured. */
export const API_ROWS: readonly ApiRow[] = [
  ...lists.map((row) => ({ ...row, kind: 'list' as const })),
  ...searches.map((row) => ({ ...row, kind: 'search' as const })),
  ...streams.map((row) => ({ ...row, kind: 'stream' as const })),
];

function twenty(number: number, size: ApiSize): string[] {
  return Array.from({ length: 20 }, (_, index) => config(number + index, size));
}

/** Begin of a day of the last weeks. */
function day(number: number): number {
  return Date.now() - (1 + (number % 20)) * DAY_MS;
}
