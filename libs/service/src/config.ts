import { credentialsReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { type DeploymentMonitor, deploymentMonitorSchema } from '@gennaker/contracts/deployment-monitors';
import { customStageTypeSchema, preconfiguredWebhookSchema } from '@gennaker/contracts/custom-stages';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { dockerConfigSchema } from './docker-accounts.ts';
import { randomIdentityKey } from './identity.ts';
import { scmConfigSchema } from './scm-accounts.ts';
import { type TaskBackoffs, taskBackoffsSchema } from './task-backoffs.ts';
import {
  type CronSettings,
  cronSettingsSchema,
  type PubsubSettings,
  pubsubSettingsSchema,
  type QuietPeriod,
  quietPeriodSchema,
} from './trigger-settings.ts';
import { z } from 'zod';

/** The services, with Spinnaker's ports where Spinnaker has them. */
export const SERVICE_PORTS = {
  deck: 9000,
  gate: 8084,
  orca: 8083,
  front50: 8080,
  clouddriver: 7002,
  rosco: 8087,
  igor: 8088,
  echo: 8089,
} as const;
export type ServiceName = keyof typeof SERVICE_PORTS;
export const SERVICE_NAMES = Object.keys(SERVICE_PORTS) as ServiceName[];

/** Ports of what stands beside the services. */
export const CLOUDLAB_PORT = 8099;
export const BUILD_SERVER_PORT = 8091;

export const accountSchema = z.looseObject({
  name: z.string(),
  provider: z.string().default('gce'),
  project: z.string(),
  endpoint: z.url().optional().describe("address of a Google-Compute-compatible API; absent: Google's own"),
  regions: z.array(z.string()).min(1).default(['us-central1']),
  credentials: credentialsReferenceSchema.optional().describe('where the key is; never the key itself'),
});
export type Account = z.infer<typeof accountSchema>;

export const jenkinsMasterSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9._-]+$/),
  address: z.url(),
  username: z.string().optional(),
  token: z.string().optional(),
  webhookToken: z.string().optional().describe('demanded of webhooks, compared in constant time'),
  trustPayload: z
    .boolean()
    .default(false)
    .describe("take the build's facts from the payload instead of asking the master"),
  pollSeconds: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(30)
    .describe('seconds between two looks for builds that no webhook told of; 0: never'),
});
export type JenkinsMaster = z.infer<typeof jenkinsMasterSchema>;

const retentionSchema = z.object({
  days: z.number().positive().default(90).describe('days that ended executions are kept'),
  keepPerPipeline: z
    .number()
    .int()
    .min(0)
    .default(20)
    .describe('the newest so many of each pipeline stay, however old'),
  eventDays: z
    .number()
    .positive()
    .default(90)
    .describe('days that events are kept; one that is delivered again after that counts as new'),
});

const artifactAccountSchema = z.looseObject({
  name: z
    .string()
    .min(1)
    .max(63)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'must be a name of an account: letters, digits and . _ -'),
  type: z.string().describe('http, github, gcs or s3'),
});
export type ArtifactAccountSettings = z.output<typeof artifactAccountSchema>;

const artifactsSchema = z.object({
  accounts: z.array(artifactAccountSchema).default([]).describe('what artifacts are fetched with'),
  maxBytes: z
    .number()
    .int()
    .min(1)
    .default(200 * 1024 * 1024)
    .describe('bytes that an artifact may have that is fetched'),
  storeAbove: z
    .number()
    .int()
    .min(0)
    .default(32_768)
    .describe('characters of base64 beyond which an embedded artifact is kept apart, as ref://application/hash'),
});

const httpSchema = z.object({
  maxBodyBytes: z
    .number()
    .int()
    .min(1024)
    .max(256 * 1024 * 1024)
    .default(10 * 1024 * 1024)
    .describe('bytes that the body of a request to gate may have'),
  bodySeconds: z.number().positive().default(60).describe('seconds in which a request must have come whole'),
});

const triggerSecretsSchema = z
  .record(
    z.string().regex(/^[A-Za-z0-9._-]{1,63}$/, 'must be a name: letters, digits and . _ -'),
    credentialsReferenceSchema.refine(
      (reference) => reference.type !== 'applicationDefault',
      'must be of the type file or environment',
    ),
  )
  .describe('secrets of webhooks, by name: a trigger names its own; `git` and the like serve those that name none');

const monitoredDeploySchema = z.object({
  deploymentMonitors: z
    .array(deploymentMonitorSchema)
    .default([])
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two have one id: rename one')
    .describe('external programs that judge deploys with strategy monitored'),
});

/** gennaker.yml. */
export const gennakerFileSchema = z.object({
  accounts: z.array(accountSchema).optional(),
  jenkins: z.object({ masters: z.array(jenkinsMasterSchema) }).optional(),
  docker: dockerConfigSchema.optional(),
  scm: scmConfigSchema.optional(),
  egress: z
    .object({
      allow: z.array(z.string().regex(/^[0-9a-fA-F.:]+\/\d+:\d+$/, 'must be CIDR:port, such as 10.1.0.0/16:8080')),
    })
    .optional(),
  host: z
    .enum(
      ['127.0.0.1', '0.0.0.0', '::'],
      'must be 127.0.0.1, or 0.0.0.0 or :: for all: the services call each other on loopback',
    )
    .optional()
    .describe('address that deck and gate listen on; beyond loopback with authentication only'),
  publicUrls: z.array(z.url()).optional().describe('addresses under which browsers reach deck and gate'),
  tasks: taskBackoffsSchema.optional(),
  retention: retentionSchema.optional(),
  artifacts: artifactsSchema.optional(),
  http: httpSchema.optional(),
  triggerSecrets: triggerSecretsSchema.optional(),
  cron: cronSettingsSchema.optional(),
  quietPeriod: quietPeriodSchema.optional(),
  pubsub: pubsubSettingsSchema.optional(),
  monitoredDeploy: monitoredDeploySchema.optional(),
  notifications: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .optional()
    .describe('what types of notifications need, by type'),
  webhook: z.object({ preconfigured: z.array(preconfiguredWebhookSchema).default([]) }).optional(),
  stageTypes: z
    .array(customStageTypeSchema)
    .optional()
    .describe('stage types that run another with settings made here'),
});

export interface GennakerFile {
  readonly cron: CronSettings;
  readonly quietPeriod?: QuietPeriod;
  readonly pubsub: PubsubSettings;
  readonly triggerSecrets: z.output<typeof triggerSecretsSchema>;
  readonly accounts: readonly Account[];
  readonly jenkins: { readonly masters: readonly JenkinsMaster[] };
  readonly docker: z.output<typeof dockerConfigSchema>;
  readonly scm: z.output<typeof scmConfigSchema>;
  readonly egress: { readonly allow: readonly string[] };
  /** Address that deck and gate listen on; absent: loopback. */
  readonly host?: string;
  readonly publicUrls: readonly string[];
  readonly tasks: TaskBackoffs;
  readonly retention: z.output<typeof retentionSchema>;
  readonly artifacts: z.output<typeof artifactsSchema>;
  readonly http: z.output<typeof httpSchema>;
  readonly monitoredDeploy: { readonly deploymentMonitors: readonly DeploymentMonitor[] };
  /** What each type of notification needs; the type reads it. */
  readonly notifications: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly webhook: { readonly preconfigured: readonly z.output<typeof preconfiguredWebhookSchema>[] };
  readonly stageTypes: readonly z.output<typeof customStageTypeSchema>[];
}

/** What a service process is told: parsed once, by its main.ts. */
export interface ServiceConfig {
  readonly dataDir: string;
  readonly offset: number;
  /** Name of this process among its like, in logs and claims. */
  readonly instance: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Key that the system's services sign identities with. */
  readonly identityKey: string;
  readonly host: string;
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** Address of each service; several of one service are separated by commas. */
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly cloudlabUrl: string;
  /** Folders with the tools that the platform brought. */
  readonly tools: readonly string[];
  /** Folder that accounts' references to key files are within. */
  readonly credentialsFolder: string;
  /** A variable of this process that configuration or an account refers to. */
  readonly variable: (name: string) => string | undefined;
  readonly file: GennakerFile;
}

/** For a process that is a whole system, such as a test's: known to nobody else. */
const processKey = randomIdentityKey();

const environmentSchema = z.object({
  GENNAKER_DATA: z.string().min(1),
  GENNAKER_OFFSET: z.coerce.number().int().min(0).max(50_000).default(0),
  GENNAKER_INSTANCE: z.string().default('services'),
  GENNAKER_CONFIG: z.string().optional(),
  GENNAKER_TOOLS: z.string().default(''),
  GENNAKER_DISCOVERY: z.string().default('{}').describe('JSON: service name to a list of addresses'),
  GENNAKER_PORTS: z.string().default('{}').describe('JSON: service name to the port that this process listens on'),
  GENNAKER_CLOUDLAB: z.url().optional(),
  GENNAKER_CREDENTIALS: z.string().min(1).optional().describe("folder of the accounts' key files"),
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().min(1),
  GENNAKER_IDENTITY_KEY: z.string().min(32).optional(),
});

const addressesSchema = z.record(z.string(), z.array(z.url()));
const portsSchema = z.record(z.string(), z.number().int());

/**
 * Reads the configuration of a service process.
 * @throws Error with one line per wrong variable or key of gennaker.yml.
 */
export function configFromEnv(env: Readonly<Record<string, string | undefined>>): ServiceConfig {
  const parsed = environmentSchema.safeParse(env);
  if (!parsed.success) throw new Error(`The environment is incomplete:\n${z.prettifyError(parsed.error)}`);
  const e = parsed.data;
  const discovery = addressesSchema.parse(JSON.parse(e.GENNAKER_DISCOVERY));
  const listen = portsSchema.parse(JSON.parse(e.GENNAKER_PORTS));
  const host = '127.0.0.1';
  const byName = <T>(value: (name: ServiceName) => T) =>
    Object.fromEntries(SERVICE_NAMES.map((name) => [name, value(name)])) as Record<ServiceName, T>;
  const cloudlabUrl = e.GENNAKER_CLOUDLAB ?? `http://${host}:${CLOUDLAB_PORT + e.GENNAKER_OFFSET}`;
  return {
    dataDir: e.GENNAKER_DATA,
    offset: e.GENNAKER_OFFSET,
    instance: e.GENNAKER_INSTANCE,
    databaseUrl: e.DATABASE_URL,
    redisUrl: e.REDIS_URL,
    identityKey: e.GENNAKER_IDENTITY_KEY ?? processKey,
    host,
    ports: byName((name) => listen[name] ?? SERVICE_PORTS[name] + e.GENNAKER_OFFSET),
    urls: byName((name) => discovery[name]?.join(',') ?? `http://${host}:${SERVICE_PORTS[name] + e.GENNAKER_OFFSET}`),
    cloudlabUrl,
    tools: e.GENNAKER_TOOLS.split(':').filter(Boolean),
    credentialsFolder: e.GENNAKER_CREDENTIALS ?? join(e.GENNAKER_DATA, 'credentials'),
    variable: (name) => env[name],
    file: gennakerFile(e.GENNAKER_CONFIG, e.GENNAKER_OFFSET, cloudlabUrl),
  };
}

/** gennaker.yml with the embedded defaults: the local cloud, the demo's build server, and egress to just these two. */
function gennakerFile(path: string | undefined, offset: number, cloudlabUrl: string): GennakerFile {
  const read = path ? gennakerFileSchema.safeParse(parse(readFileSync(path, 'utf8')) ?? {}) : undefined;
  if (read && !read.success) throw new Error(`${path} is not valid:\n${z.prettifyError(read.error)}`);
  const file = read?.data;
  return {
    ...(file?.host === undefined ? {} : { host: file.host }),
    publicUrls: file?.publicUrls ?? [],
    tasks: file?.tasks ?? taskBackoffsSchema.parse({}),
    retention: file?.retention ?? retentionSchema.parse({}),
    artifacts: file?.artifacts ?? artifactsSchema.parse({}),
    http: file?.http ?? httpSchema.parse({}),
    triggerSecrets: file?.triggerSecrets ?? {},
    cron: file?.cron ?? cronSettingsSchema.parse({}),
    ...(file?.quietPeriod === undefined ? {} : { quietPeriod: file.quietPeriod }),
    pubsub: file?.pubsub ?? pubsubSettingsSchema.parse({}),
    monitoredDeploy: file?.monitoredDeploy ?? { deploymentMonitors: [] },
    notifications: file?.notifications ?? {},
    webhook: file?.webhook ?? { preconfigured: [] },
    stageTypes: file?.stageTypes ?? [],
    accounts: file?.accounts ?? [
      {
        name: 'local-gce',
        provider: 'gce',
        project: 'local',
        endpoint: cloudlabUrl,
        regions: ['us-central1', 'europe-west1'],
      },
    ],
    jenkins: file?.jenkins ?? {
      masters: [
        {
          name: 'demo-jenkins',
          address: `http://127.0.0.1:${BUILD_SERVER_PORT + offset}`,
          trustPayload: false,
          // It is there only while the demo plays, and tells of its builds itself.
          pollSeconds: 0,
        },
      ],
    },
    docker: file?.docker ?? { accounts: [] },
    scm: file?.scm ?? { accounts: [] },
    egress: file?.egress ?? {
      allow: [`127.${64 + (offset % 64)}.0.0/16:8080`, `127.0.0.1/32:${BUILD_SERVER_PORT + offset}`],
    },
  };
}
