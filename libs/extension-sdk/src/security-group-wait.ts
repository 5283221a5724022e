import { ServiceError } from '@gennaker/contracts/error';
import type { OperationStage } from '@gennaker/contracts/server-group-stage';
import { cloudPollMs } from './cloud-poll.ts';
import { accountOf, regionsOf } from './operation-place.ts';
import type { TaskContext, TaskDefinition, TaskResult } from './stage.ts';

const WAIT_TIMEOUT_MS = 10 * 60_000;

async function isShown(context: TaskContext<OperationStage>, region: string, name: string): Promise<boolean> {
  try {
    await context.ports.clouddriver.getSecurityGroup(
      { params: { account: accountOf(context.context), region, name } },
      { signal: context.signal, traceparent: context.traceparent },
    );
    return true;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return false;
    throw error;
  }
}

/** A task that waits until a firewall is shown, or is not shown any more, in every region of the stage. */
export function waitForSecurityGroup<C extends OperationStage & { readonly securityGroupName: string }>(
  name: string,
  shown: boolean,
): TaskDefinition<C> {
  return {
    name,
    timeoutMs: WAIT_TIMEOUT_MS,
    async run(context): Promise<TaskResult> {
      const { securityGroupName } = context.context;
      for (const region of regionsOf(context.context))
        if ((await isShown(context, region, securityGroupName)) !== shown)
          return {
            status: 'RUNNING',
            wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
            reason: {
              summary: shown
                ? `Firewall ${securityGroupName} is not shown in ${region} yet`
                : `Firewall ${securityGroupName} is still shown in ${region}`,
              evidence: { account: accountOf(context.context), region, securityGroupName },
            },
          };
      return {
        status: 'SUCCEEDED',
        reason: { summary: `Firewall ${securityGroupName} is ${shown ? 'there' : 'gone'}` },
      };
    },
  };
}
