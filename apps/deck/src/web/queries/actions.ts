import type { ExecutionView } from '@gennaker/contracts/execution';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { putExecution, refreshExecution } from './executions.ts';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** What can be done with a stage of an execution. */
export type StageDeed = 'restart' | 'skip' | 'skipWait' | 'ignoreFailure';

/** Does something with a stage, then reads the execution again. */
export function useStageDeed() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, stageId, deed }: { id: string; stageId: string; deed: StageDeed }): Promise<void> => {
      const params = { id, stageId };
      if (deed === 'restart') await gate.restartStage({ params, body: {} });
      else if (deed === 'ignoreFailure') await gate.ignoreFailure({ params, body: {} });
      else
        await gate.patchStage({ params, body: deed === 'skip' ? { manualSkip: true } : { skipRemainingWait: true } });
    },
    onSuccess: async (_, { id }) => {
      await refreshExecution(client, id);
      await client.invalidateQueries({ queryKey: keys.insight(id) });
    },
  });
}

/** Pauses or resumes an execution. Shown at once; taken back when it was refused. */
export function usePauseOrResume() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ execution, to }: { execution: ExecutionView; to: 'PAUSED' | 'RUNNING' }) =>
      to === 'PAUSED' ? gate.pause({ params: { id: execution.id } }) : gate.resume({ params: { id: execution.id } }),
    onMutate: ({ execution, to }) => putExecution(client, { ...execution, status: to }),
    onError: (_, { execution }) => putExecution(client, execution),
    onSettled: (_, __, { execution }) => refreshExecution(client, execution.id).catch(() => undefined),
  });
}
