import type { JudgedStage } from '@gennaker/contracts/document-import';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

/** What stages are judged against. */
export interface KnownStages {
  /** By type and alias. */
  readonly definitions: ReadonlyMap<string, AnyStageDefinition>;
  readonly providers: ReadonlySet<string>;
  readonly strategies: ReadonlySet<string>;
}

/** What every stage may carry, acted on by the engine or without a meaning of its own (left by Spinnaker's forms). */
const COMMON = new Set([
  ...[
    'type',
    'name',
    'refId',
    'requisiteStageRefIds',
    'stageEnabled',
    'comments',
    'notifications',
    'sendNotifications',
  ],
  ...['failPipeline', 'continuePipeline', 'completeOtherBranchesThenFail', 'failOnFailedExpressions', 'stageTimeoutMs'],
  ...['overrideTimeout', 'restrictExecutionDuringTimeWindow', 'restrictedExecutionWindow', 'skipWindowText'],
  ...[
    'expectedArtifacts',
    'requiredArtifactIds',
    'requiredArtifacts',
    'inputArtifacts',
    'propagateAuthenticationContext',
  ],
  ...['isNew', 'alias', 'group', 'user', 'showAdvancedOptions', 'cloudProvider', 'cloudProviderType', 'provider'],
  ...['selectedProvider', 'selectedStageRoles', 'backoffPeriodMs', 'markSuccessfulOnTimeout', 'moniker', 'index', 'id'],
]);

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const hasExpression = (value: unknown): boolean => JSON.stringify(value ?? null).includes('${');

/** Judges a stage by its type's schema. `path`: where it stands, such as `stages[2]`. */
export function judgeStage(stage: Json, path: string, known: KnownStages): JudgedStage {
  const type = typeof stage['type'] === 'string' ? stage['type'] : '';
  const name = typeof stage['name'] === 'string' && stage['name'] !== '' ? stage['name'] : type;
  const reasons: { path: string; reason: string }[] = [];
  const answer = (verdict: JudgedStage['verdict']): JudgedStage => ({ path, type, name, verdict, reasons });
  const definition = known.definitions.get(type);
  if (!definition) {
    reasons.push({
      path: `${path}.type`,
      reason:
        type === '' ? 'the stage has no type' : `this system has no stage type "${type}"; gennaker.yml can define it`,
    });
    return answer('unsupported');
  }
  const foreign = providersOf(stage).filter(({ provider }) => !known.providers.has(provider));
  if (foreign.length > 0) {
    reasons.push(
      ...foreign.map(({ at, provider }) => ({ path: `${path}${at}`, reason: `there is no cloud "${provider}" here` })),
    );
    return answer('unsupported');
  }
  const parsed = definition.schema.safeParse(stage);
  const issues = (parsed.error?.issues ?? []).map((issue) => ({
    at: [path, ...issue.path].join('.'),
    message: sentenceOf(issue, valueAt(stage, issue.path)),
    open: hasExpression(valueAt(stage, issue.path)),
  }));
  const wrong = issues.filter(({ open }) => !open);
  if (wrong.length > 0) {
    reasons.push(...wrong.map(({ at, message }) => ({ path: at, reason: message })));
    return answer('unsupported');
  }
  reasons.push(...issues.map(({ at }) => ({ path: at, reason: 'an expression: its value is checked when it runs' })));
  for (const { at, strategy } of strategiesOf(stage))
    if (!known.strategies.has(strategy.toLowerCase()))
      reasons.push({ path: `${path}${at}`, reason: `there is no strategy "${strategy}": older server groups stay` });
  const ignored = unknownKeys(stage, definition);
  if (ignored.length > 0)
    reasons.push({ path, reason: `nothing is done with ${ignored.join(', ')}; the document keeps it` });
  return answer(reasons.length > 0 ? 'approximated' : 'mapped');
}

/** What is wrong with a field, in words of ours where the schema has none of its own. */
function sentenceOf({ code, message }: z.core.$ZodIssue, value: unknown): string {
  return code === 'invalid_type' && value === undefined && message.startsWith('Invalid input: expected')
    ? `it is missing; this type needs it (${message.replace(/^Invalid input: expected (\w+).*$/, '$1')})`
    : message;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      inner !== null && typeof inner === 'object' ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function clustersOf(stage: Json): { readonly cluster: Json; readonly at: string }[] {
  const clusters = Array.isArray(stage['clusters']) ? (stage['clusters'] as readonly unknown[]) : [];
  return [
    { cluster: stage, at: '' },
    ...clusters.flatMap((cluster, index) => (isObject(cluster) ? [{ cluster, at: `.clusters[${index}]` }] : [])),
  ];
}

function providersOf(stage: Json): { readonly at: string; readonly provider: string }[] {
  return clustersOf(stage).flatMap(({ cluster, at }) => {
    const key = ['cloudProvider', 'cloudProviderType', 'provider', 'selectedProvider'].find(
      (one) => typeof cluster[one] === 'string' && cluster[one] !== '' && !hasExpression(cluster[one]),
    );
    return key === undefined ? [] : [{ at: `${at}.${key}`, provider: String(cluster[key]) }];
  });
}

function strategiesOf(stage: Json): { readonly at: string; readonly strategy: string }[] {
  return clustersOf(stage).flatMap(({ cluster, at }) =>
    typeof cluster['strategy'] === 'string' && cluster['strategy'] !== '' && !hasExpression(cluster['strategy'])
      ? [{ at: `${at}.strategy`, strategy: cluster['strategy'] }]
      : [],
  );
}

/** Keys that neither the type's schema nor the engine knows; of a deploy, its clusters' are the schema's own matter. */
function unknownKeys(stage: Json, definition: AnyStageDefinition): string[] {
  const { schema } = definition;
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.keys(stage).filter((key) => !COMMON.has(key) && !Object.hasOwn(schema.shape, key));
}
