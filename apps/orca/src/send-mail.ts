import { randomUUID } from 'node:crypto';
import { ServiceError } from '@gennaker/contracts/error';
import type { Identity } from '@gennaker/contracts/people';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import { patchedContext } from '@gennaker/engine/decide';
import { executionView } from '@gennaker/engine/view';
import { steadyMs } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';
import { type Mail, postMail } from './mailbox.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Queues } from './queue/queues.ts';
import type { RetentionPolicy } from './retention.ts';
import { refuseOvertaken } from './refused-patch.ts';
import { readExecution } from './rows.ts';
import { engineEnv, type World } from './world.ts';

/** What sending mail needs. */
export interface MailParts {
  readonly db: Database;
  readonly orchestrator: Orchestrator;
  readonly queues: Queues;
  readonly world: World;
  /** Absent: nothing is ever removed by policy. */
  readonly retention?: RetentionPolicy;
}

/** How long a caller waits to see its change applied, ms. */
const APPLIED_MS = 3_000;

/** Puts mail into an execution's mailbox, rings, and waits a little until it was applied; so the caller reads what it wrote. */
export async function sendMail(
  parts: MailParts,
  executionId: string,
  mail: Mail,
  options: { readonly trace: string; readonly key?: string | undefined; readonly wait: boolean },
): Promise<void> {
  const key = options.key ?? `${mail.type}:${randomUUID()}`;
  const posted = await postMail(parts.db, executionId, key, mail, options.trace);
  if (!posted) return;
  parts.orchestrator.mailArrived(executionId, posted.seq, posted.owner);
  if (options.wait) await untilApplied(parts, executionId, posted.seq);
}

/** Waits a little until mail was applied. */
export async function untilApplied(parts: MailParts, executionId: string, seq: number): Promise<void> {
  const until = steadyMs() + APPLIED_MS;
  for (let pause = 4; steadyMs() < until; pause = Math.min(pause * 2, 100)) {
    const { rows } = await parts.db.pool.query<{ applied: boolean }>({
      name: 'orca-mail-applied',
      text: 'select mail_applied >= $2 or complete as applied from orca.executions where id = $1',
      values: [executionId, seq],
    });
    if (rows[0]?.applied !== false) return;
    await new Promise<void>((resolve) => void setTimeout(resolve, pause));
  }
}

/**
 * Merges a person's patch into a stage: judgments, skipRemainingWait, manualSkip.
 * @throws ServiceError 404 unknown stage, 409 when it is over or another patch came first, 4xx when its definition refuses it.
 */
export async function patchStage(
  parts: MailParts,
  call: {
    readonly id: string;
    readonly stageId: string;
    readonly patch: Readonly<Record<string, unknown>>;
    readonly by: Identity;
    readonly trace: string;
    readonly key?: string | undefined;
  },
): Promise<ExecutionView> {
  const state = await readExecution(parts.db.pool, call.id);
  const stage = state.stages[call.stageId];
  if (!stage)
    throw new ServiceError(404, `The execution ${call.id} has no stage ${call.stageId}`, {
      field: 'stageId',
      fix: "take the stage's id from the execution",
    });
  if (isComplete(stage.status) || isComplete(state.status)) {
    const { lastModified } = stage;
    throw new ServiceError(
      409,
      `The stage "${stage.name}" is over (${stage.status})${lastModified ? `: ${lastModified.user} answered it at ${new Date(lastModified.lastModifiedTime).toISOString()}` : ''}: nothing can be changed any more`,
      {
        fix: 'run the stage again, or start the pipeline again',
        ...(lastModified
          ? {
              evidence: {
                user: lastModified.user,
                at: lastModified.lastModifiedTime,
                context: stage.context['judgmentStatus'] ?? null,
              },
            }
          : {}),
      },
    );
  }
  patchedContext(state, stage, call.patch, call.by, engineEnv(parts.world));
  const mail: Mail = { type: 'Patch', stageId: call.stageId, patch: call.patch, by: call.by };
  await sendMail(parts, call.id, mail, { trace: call.trace, key: call.key, wait: true });
  const after = await readExecution(parts.db.pool, call.id);
  await refuseOvertaken(parts.db.pool, state, after, { stageId: call.stageId, user: call.by.user });
  return executionView(after);
}
