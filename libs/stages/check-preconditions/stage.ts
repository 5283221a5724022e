import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type CheckPreconditions, checkPreconditionsSchema, type Precondition, preconditionSchema } from './schema.ts';

type Of<T extends Precondition['type']> = Extract<Precondition, { type: T }>['context'];
interface Finding {
  readonly holds: boolean;
  readonly summary: string;
  readonly evidence: Record<string, unknown>;
}

/** The type of the children, which check one precondition each. */
const CHILD = 'checkPrecondition';

/** Fails unless every precondition holds. Each is checked by a child of its own, side by side. */
export default defineStage({
  type: 'checkPreconditions',
  aliases: [CHILD],
  label: 'Check Preconditions',
  description: 'Goes on only when conditions hold',
  schema: checkPreconditionsSchema,
  examples: [
    { preconditions: [{ type: 'expression', context: { expression: 'parameters.go == true' } }] },
    { preconditions: [{ type: 'stageStatus', context: { stageName: 'Smoke test', stageStatus: 'SUCCEEDED' } }] },
    {
      preconditions: [
        {
          type: 'clusterSize',
          context: { cluster: 'hello-main', credentials: 'local-gce', regions: ['us-central1'], expected: 1 },
        },
      ],
    },
  ],
  runsInDryRun: true,
  tasks: ({ type }) => (type === CHILD ? [{ name: CHILD, run: check }] : []),
  beforeStages: ({ type, context }) => {
    if (type === CHILD) return [];
    const parsed = checkPreconditionsSchema.safeParse(context);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw badRequest(`${issue?.path.join('.')}: ${issue?.message}`, {
        field: issue?.path.join('.') ?? 'preconditions',
        fix: 'correct the precondition',
      });
    }
    return parsed.data.preconditions.map(({ type: preconditionType, ...settings }, index) => ({
      type: CHILD,
      name: `Check precondition ${index + 1} (${preconditionType})`,
      context: { ...settings, preconditionType },
    }));
  },
});

async function check(task: TaskContext<CheckPreconditions>): Promise<TaskResult> {
  const { preconditionType: type, context: settings } = task.context;
  const parsed = preconditionSchema.safeParse({ type, context: settings });
  if (!parsed.success)
    throw badRequest(`No precondition: ${parsed.error.issues[0]?.message}`, {
      field: 'preconditionType',
      fix: 'use it through checkPreconditions',
    });
  const { holds, summary, evidence } = await find(parsed.data, task);
  const context = {
    context: { ...settings, ...(type === 'expression' ? { expressionResult: evidence['value'] } : {}) },
  };
  if (holds) return { status: 'SUCCEEDED', context, reason: { summary: 'The precondition holds', evidence } };
  return {
    status: 'TERMINAL',
    context,
    reason: { summary, evidence, next: 'make the condition true and start again' },
  };
}

async function find(precondition: Precondition, task: TaskContext<CheckPreconditions>): Promise<Finding> {
  switch (precondition.type) {
    case 'expression':
      return expression(precondition.context, task);
    case 'stageStatus':
      return stageStatus(precondition.context, task);
    case 'clusterSize':
      return clusterSize(precondition.context, task);
  }
}

/** The engine has resolved a text that was written with `${}`; any other text is an expression itself. */
function expression(
  { expression: written, failureMessage }: Of<'expression'>,
  task: Pick<TaskContext<unknown>, 'evaluate'>,
): Finding {
  const { value, problems } =
    typeof written === 'string' ? task.evaluate(written) : { value: written, problems: [] as readonly string[] };
  const holds = value === true || (typeof value === 'string' && value.trim().toLowerCase() === 'true');
  return {
    holds,
    summary: failureMessage ?? problems[0] ?? `The expression ${String(written)} is ${String(value)}`,
    evidence: { expression: written, value, ...(problems.length > 0 ? { problems } : {}) },
  };
}

function stageStatus(
  { stageName, stageStatus: wanted }: Of<'stageStatus'>,
  task: Pick<TaskContext<unknown>, 'stages'>,
): Finding {
  const stage = task.stages.find((one) => one.name === stageName);
  const actual = stage?.status;
  return {
    holds: actual === wanted.toUpperCase(),
    summary: stage ? `The stage "${stageName}" is ${actual}, not ${wanted}` : `There is no stage "${stageName}"`,
    evidence: { stageName, expected: wanted, actual },
  };
}

async function clusterSize(
  { cluster, credentials, regions, comparison, expected, onlyEnabledServerGroups }: Of<'clusterSize'>,
  task: Pick<TaskContext<unknown>, 'ports' | 'application' | 'signal' | 'traceparent' | 'identity'>,
): Promise<Finding> {
  const groups = await task.ports.clouddriver.listServerGroups(
    { params: { application: task.application }, query: {} },
    { signal: task.signal, traceparent: task.traceparent, identity: task.identity },
  );
  const sizes = regions.map((region) => ({
    region,
    size: groups.filter(
      (group) =>
        group.cluster === cluster &&
        group.account === credentials &&
        group.region === region &&
        !(onlyEnabledServerGroups && group.isDisabled),
    ).length,
  }));
  const wrong = sizes.filter(({ size }) => !compare(size, comparison, expected));
  return {
    holds: wrong.length === 0,
    summary: wrong
      .map(
        ({ region, size }) =>
          `The cluster ${cluster} has ${size} server groups in ${region}, not ${comparison} ${expected}`,
      )
      .join('; '),
    evidence: { cluster, account: credentials, comparison, expected, sizes },
  };
}

function compare(size: number, comparison: string, expected: number): boolean {
  switch (comparison) {
    case '<':
      return size < expected;
    case '<=':
      return size <= expected;
    case '==':
      return size === expected;
    case '>=':
      return size >= expected;
    case '>':
      return size > expected;
    default:
      throw new ServiceError(422, `"${comparison}" compares nothing`);
  }
}
