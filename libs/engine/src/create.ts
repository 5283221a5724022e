import type { ExecutionTrigger } from '@gennaker/contracts/execution';
import type { Identity, Person } from '@gennaker/contracts/people';
import { linkStages } from '@gennaker/contracts/pipeline-graph';
import type { EngineEvent } from './events.ts';
import { seededId } from './ids.ts';
import type { Declared, Json } from './model.ts';
import { stageRecord } from './stage-record.ts';

/** A stage as posted: its type, and everything else that becomes its context. */
export type PostedStage = Json & { readonly type: string };

/** What an execution is made from. */
export interface NewExecution {
  readonly id: string;
  readonly type: 'PIPELINE' | 'ORCHESTRATION';
  readonly application: string;
  readonly name: string;
  readonly description?: string;
  readonly pipelineConfigId?: string;
  readonly origin?: string;
  readonly trigger: ExecutionTrigger;
  readonly by: Person & Pick<Identity, 'scope'>;
  readonly startTimeExpiry?: number;
  readonly notifications?: readonly Json[];
  readonly declared?: Declared;
  readonly stages: readonly PostedStage[];
  /** Epoch ms. */
  readonly now: number;
}

/** The first event of an execution. The graph must have no problems (contracts/pipeline-graph). */
export function createExecution(input: NewExecution): EngineEvent {
  const links = linkStages(input.stages);
  const stages = stageRecord();
  input.stages.forEach((posted, position) => {
    const { type, name, refId: _ref, requisiteStageRefIds: _requisites, ...context } = posted;
    const id = seededId(input.now, `${input.id}/stage/${position}`);
    const link = links[position] ?? { refId: String(position), requisiteStageRefIds: [] };
    stages[id] = {
      id,
      ...link,
      type,
      name: typeof name === 'string' && name !== '' ? name : type,
      status: 'NOT_STARTED',
      position,
      context,
      outputs: {},
      tasks: [],
      pausedMs: 0,
    };
  });
  return {
    type: 'ExecutionCreated',
    sequence: 1,
    at: input.now,
    execution: {
      id: input.id,
      type: input.type,
      application: input.application,
      name: input.name,
      ...(input.description === undefined ? {} : { description: input.description }),
      ...(input.pipelineConfigId === undefined ? {} : { pipelineConfigId: input.pipelineConfigId }),
      ...(input.origin === undefined ? {} : { origin: input.origin }),
      status: 'NOT_STARTED',
      buildTime: input.now,
      canceled: false,
      trigger: input.trigger,
      authentication: {
        user: input.by.user,
        roles: input.by.roles,
        admin: input.by.admin,
        ...(input.by.scope === undefined ? {} : { scope: input.by.scope }),
      },
      ...(input.startTimeExpiry === undefined ? {} : { startTimeExpiry: input.startTimeExpiry }),
      ...(input.notifications === undefined ? {} : { notifications: input.notifications }),
      ...input.declared,
      nextPosition: input.stages.length,
      stages,
    },
  };
}
