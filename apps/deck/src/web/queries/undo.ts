import type { RollbackPreview } from '@gennaker/contracts/orca-undo';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';
import { taskOf } from './operations.ts';

/** What is rolled back, as the preview is asked: a cluster, or what an execution deployed. */
export type RollbackWish = Parameters<typeof gate.previewRollback>[0]['body'];

/** A look that is good for the moment only: clouds change. */
const LOOK = { staleTime: 0, gcTime: 0, retry: false } as const;

/** What a rollback would do now; nothing is started. */
export function useRollbackPreview(application: string, wish: RollbackWish) {
  return useQuery({
    queryKey: keys.rollback(application, JSON.stringify(wish)),
    queryFn: ({ signal }) => gate.previewRollback({ params: { application }, body: wish }, { signal }),
    ...LOOK,
  });
}

/** Starts what a preview of a rollback answered; answers the task's id. */
export function useStartRollback() {
  return useMutation({
    mutationFn: async ({ task, reason }: { task: NonNullable<RollbackPreview['task']>; reason: string }) => {
      const job = task.job.map((stage) => (reason ? { ...stage, reason } : stage));
      return taskOf(await gate.submitTask({ body: { ...task, job } }));
    },
  });
}

/** What taking back all that an execution did to clouds would do now; nothing is started. */
export function useUndoPreview(execution: string) {
  return useQuery({
    queryKey: keys.undo(execution),
    queryFn: ({ signal }) => gate.previewUndo({ params: { id: execution } }, { signal }),
    ...LOOK,
  });
}

/** Takes back what an execution did to clouds; answers the id of the task that does it. A refusal makes it look again. */
export function useStartUndo(execution: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ force }: { force: boolean }) =>
      taskOf(await gate.startUndo({ params: { id: execution }, body: force ? { force } : {} })),
    onError: () => void client.invalidateQueries({ queryKey: keys.undo(execution) }),
  });
}
