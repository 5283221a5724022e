import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { type Pipeline, pipelineSchema, type SaveWarning } from '@gennaker/contracts/front50';
import { nameProblems } from '@gennaker/contracts/moniker';
import { graphProblems } from '@gennaker/contracts/pipeline-graph';
import type { TriggerProblem } from '@gennaker/extension-sdk/trigger';
import { type StrategyDefinition, strategyNamed } from '@gennaker/extension-sdk/strategy';
import { type NotificationTypes, notificationWarnings } from './notification-warnings.ts';

/** What this system knows: whatever a pipeline names beyond it is saved with a warning. */
export interface Known {
  readonly stageTypes: ReadonlySet<string>;
  readonly triggerTypes: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly strategies: readonly StrategyDefinition[];
  /** What of a trigger can never work; absent: triggers are not judged. */
  readonly triggerProblems?: (trigger: Readonly<Record<string, unknown>>) => readonly TriggerProblem[];
  /** Absent: notifications are not judged. */
  readonly notificationTypes?: NotificationTypes;
}

const NAME_MAX = 200;
/** Would break addresses: clients put the name into a path unescaped. */
const NAME_FORBIDDEN = /[\\/?#%^\u0000-\u001f\u007f]/;

/** What addresses and permissions can name. */
const APPLICATION = /^[a-z0-9._-]+$/;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const isExpression = (value: unknown): value is string => typeof value === 'string' && value.includes('${');
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/**
 * Checks a pipeline before it is saved, purely: refuses what can never run, answers warnings for what this system does
 * not know yet or cannot judge before the run.
 * @throws ServiceError 400 naming field and fix; 422 without a name or an application
 */
export function checkPipeline(
  document: Readonly<Record<string, unknown>>,
  known: Known,
): { pipeline: Pipeline; warnings: SaveWarning[] } {
  for (const field of ['name', 'application'] as const)
    if (typeof document[field] !== 'string' || document[field].trim() === '')
      throw new ServiceError(422, `A pipeline needs its ${field}`, { field, fix: `add "${field}" as text` });
  const parsed = pipelineSchema.safeParse(document);
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw badRequest(`The pipeline has a wrong shape: ${errors.join('; ')}`, {
      field: parsed.error.issues[0]?.path.join('.') ?? 'body',
      fix: 'correct this field',
      errors,
    });
  }
  const pipeline = parsed.data;
  const nameWarnings = checkNames(pipeline);
  const [first, ...more] = graphProblems(pipeline.stages ?? []);
  if (first)
    throw badRequest([first, ...more].map((problem) => problem.message).join('; '), {
      field: first.field,
      fix: first.fix,
      errors: [first, ...more].map((problem) => problem.message),
    });
  return {
    pipeline,
    warnings: [
      ...nameWarnings,
      ...stageWarnings(pipeline, known),
      ...triggerWarnings(pipeline, known),
      ...(known.notificationTypes ? notificationWarnings(pipeline, known.notificationTypes) : []),
    ],
  };
}

/** Refuses names that nothing can carry; warns of an application whose name no server group can carry. */
function checkNames(pipeline: Pipeline): SaveWarning[] {
  const name = pipeline.name.trim();
  if (name.length > NAME_MAX || NAME_FORBIDDEN.test(name))
    throw badRequest(
      `Pipeline name "${name.slice(0, NAME_MAX)}" ${name.length > NAME_MAX ? `has ${name.length} characters` : 'holds a character that addresses cannot carry'}`,
      { field: 'name', fix: `use up to ${NAME_MAX} characters, without \\ / ? # % ^` },
    );
  const own = pipeline.application.trim().toLowerCase();
  if (!APPLICATION.test(own))
    throw badRequest(`application "${own}" may hold letters, digits, ".", "_" and "-" only`, {
      field: 'application',
      fix: 'name an application',
    });
  for (const { stage, index } of indexed(pipeline.stages ?? [])) {
    for (const { cluster, path } of clustersOf(stage)) {
      const parts = [cluster['application'] ?? pipeline.application, cluster['stack'], cluster['freeFormDetails']];
      if (parts.some(isExpression)) continue;
      const [application = '', stack, detail] = parts.map(text);
      const provider = text(cluster['cloudProvider'] ?? cluster['provider'] ?? stage['cloudProvider']);
      // A cloud that there is none of here has names of its own.
      if (provider !== undefined && provider !== 'gce') continue;
      refuse(nameProblems(application.toLowerCase(), stack, detail, provider === 'gce'), `stages.${index}${path}`);
    }
  }
  const problems = nameProblems(own, undefined, undefined, false);
  return problems.map((message) => ({
    message: `${message}: as it is, nothing can be deployed for it`,
    field: 'application',
    fix: 'use an application without a hyphen for what is deployed',
  }));
}

function refuse(problems: readonly string[], field: string): void {
  if (problems.length > 0)
    throw badRequest(problems.join('; '), {
      field,
      fix: 'change this name: it becomes part of a server group',
      errors: problems,
    });
}

function indexed<T>(list: readonly T[]): { stage: T; index: number }[] {
  return list.map((stage, index) => ({ stage, index }));
}

/** The cluster descriptions of a deploy stage: its list, or the stage itself. */
function clustersOf(
  stage: Readonly<Record<string, unknown>>,
): { cluster: Readonly<Record<string, unknown>>; path: string }[] {
  const list = Array.isArray(stage['clusters']) ? stage['clusters'] : undefined;
  if (list)
    return list.flatMap((cluster, index) => (isObject(cluster) ? [{ cluster, path: `.clusters.${index}` }] : []));
  return stage['type'] === 'deploy' || stage['type'] === 'createServerGroup' ? [{ cluster: stage, path: '' }] : [];
}

function stageWarnings(pipeline: Pipeline, known: Known): SaveWarning[] {
  const warnings: SaveWarning[] = [];
  for (const { stage, index } of indexed(pipeline.stages ?? [])) {
    const label = `Stage ${index + 1} ("${stage.name ?? stage.type}")`;
    if (!known.stageTypes.has(stage.type))
      warnings.push({
        message: `${label} has the type "${stage.type}", which this system does not have`,
        field: `stages.${index}.type`,
        fix: `use one of ${[...known.stageTypes].toSorted().join(', ')}; as it is, the run will be refused`,
      });
    for (const { cluster, path } of [
      ...clustersOf(stage),
      ...(stage.type === 'cloneServerGroup' ? [{ cluster: stage, path: '' }] : []),
    ])
      warnings.push(...strategyWarnings(cluster, `stages.${index}${path}`, label, known));
    const holders = [{ cluster: stage as Readonly<Record<string, unknown>>, path: '' }, ...clustersOf(stage)];
    for (const { cluster, path } of holders) {
      for (const key of ['account', 'credentials', 'accountName'])
        warnings.push(...accountWarning(cluster[key], `stages.${index}${path}.${key}`, label, known));
      for (const key of ['application', 'stack', 'freeFormDetails', 'cluster', 'serverGroupName', 'loadBalancers'])
        if (isExpression(cluster[key]))
          warnings.push({
            message: `${label} takes ${key} from an expression: its value is checked when the stage runs`,
            field: `stages.${index}${path}.${key}`,
          });
    }
  }
  return uniqueByField(warnings);
}

/** A strategy that does not exist counts as none; one whose settings it cannot work with fails before anything is made. */
function strategyWarnings(
  cluster: Readonly<Record<string, unknown>>,
  at: string,
  label: string,
  known: Known,
): SaveWarning[] {
  const name = text(cluster['strategy']);
  if (name === undefined || isExpression(name)) return [];
  const strategy = strategyNamed(known.strategies, name);
  if (!strategy)
    return [
      {
        message: `${label} has the strategy "${name}", which this system does not have: older server groups stay as they are`,
        field: `${at}.strategy`,
        fix: `use one of ${known.strategies.map(({ type }) => type).join(', ')}`,
      },
    ];
  return strategy.problems(cluster).map(({ field, message, fix }) => ({
    message: `${label}, strategy ${strategy.type}: ${field ? `${field}: ` : ''}${message}; as it is, the stage will fail before it changes anything`,
    field: `${at}.${field === '' ? 'strategy' : field}`,
    ...(fix ? { fix } : {}),
  }));
}

function accountWarning(value: unknown, field: string, label: string, known: Known): SaveWarning[] {
  const name = text(value);
  if (name === undefined || known.accounts.has(name)) return [];
  if (isExpression(name))
    return [{ message: `${label} takes its account from an expression: its value is checked when it runs`, field }];
  const names = [...known.accounts].toSorted().join(', ');
  return [
    {
      message: `${label} names the account "${name}", which this system does not have`,
      field,
      fix: names === '' ? 'configure the account' : `use one of ${names}, or configure the account`,
    },
  ];
}

/** Refuses a trigger that is on and can never start anything; warns of one that is off, or of an unknown type. */
function triggerWarnings(pipeline: Pipeline, known: Known): SaveWarning[] {
  return (pipeline.triggers ?? []).flatMap((trigger, index) => {
    if (!known.triggerTypes.has(trigger.type))
      return [
        {
          message: `Trigger ${index + 1} has the type "${trigger.type}", which this system does not have: it never starts the pipeline`,
          field: `triggers.${index}.type`,
          fix: `use one of ${[...known.triggerTypes].toSorted().join(', ')}`,
        },
      ];
    const warnings = (known.triggerProblems?.(trigger) ?? []).map(({ field, message, fix }) => ({
      message: `Trigger ${index + 1} (${trigger.type}): ${message}`,
      field: `triggers.${index}.${field}`,
      fix,
    }));
    const [first] = warnings;
    if (first && trigger.enabled === true) throw badRequest(first.message, { field: first.field, fix: first.fix });
    return warnings;
  });
}

function uniqueByField(warnings: readonly SaveWarning[]): SaveWarning[] {
  return [...new Map(warnings.map((warning) => [warning.field, warning])).values()];
}
