import { ServiceError } from '@gennaker/contracts/error';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { checkPreconditionsSchema, type Precondition } from './schema.ts';

type Of<T extends Precondition['type']> = Extract<Precondition, { type: T }>['context'];
interface Finding {
  readonly holds: boolean;
  readonly summary: string;
  readonly evidence: Record<string, unknown>;
}

/** Fails unless every precondition holds. All are looked at, so that one run names everything that is wrong. */
export default defineStage({
  type: 'checkPreconditions',
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
  tasks: () => [{ name: 'checkPreconditions', run: check }],
});

async function check(task: TaskContext<{ preconditions: Precondition[] }>): Promise<TaskResult> {
  const findings = await Promise.all(task.context.preconditions.map((one) => find(one, task)));
  const context = {
    preconditionResults: findings.map((finding, index) => ({
      type: task.context.preconditions[index]?.type,
      ...finding,
    })),
  };
  const broken = findings.filter((finding) => !finding.holds);
  if (broken.length === 0)
    return { status: 'SUCCEEDED', context, reason: { summary: `All ${findings.length} precondition(s) hold` } };
  return {
    status: 'TERMINAL',
    context,
    reason: {
      summary: broken.map((finding) => finding.summary).join('; '),
      evidence: { findings: broken.map((finding) => finding.evidence) },
      next: 'make the conditions true and start again',
    },
  };
}

async function find(
  precondition: Precondition,
  task: TaskContext<{ preconditions: Precondition[] }>,
): Promise<Finding> {
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
  task: Pick<TaskContext<unknown>, 'ports' | 'application' | 'signal' | 'traceparent'>,
): Promise<Finding> {
  const groups = await task.ports.clouddriver.listServerGroups(
    { params: { application: task.application }, query: {} },
    { signal: task.signal, traceparent: task.traceparent },
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
