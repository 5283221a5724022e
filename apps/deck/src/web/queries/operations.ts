import { isComplete } from '@gennaker/contracts/status';
import type { StageConfig } from '@gennaker/ui/stage-ui';
import type { QueryClient } from '@tanstack/react-query';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Events announce what happens to a task; this look (ms) is the safety net. */
const LOOK_MS = 2000;

/** What stages would have clouds do now, from reads alone. */
export function usePreview(application: string, stages: readonly StageConfig[], enabled: boolean) {
  return useQuery({
    queryKey: keys.preview(application, JSON.stringify(stages)),
    queryFn: ({ signal }) =>
      gate.previewStages({ body: { application, job: stages.map((one) => ({ ...one })) } }, { signal }),
    enabled,
    // The cloud may have changed since: each opening looks anew.
    staleTime: 0,
    gcTime: 0,
  });
}

/** The id in the answer to a submission, `/tasks/01K...`. */
export function taskOf({ ref }: { readonly ref: string }): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

/** Submits stages as one task; answers its id. */
export function useSubmitStages(application: string) {
  return useMutation({
    mutationFn: async ({ description, stages }: { description: string; stages: readonly StageConfig[] }) =>
      taskOf(await gate.submitTask({ body: { application, description, job: stages.map((one) => ({ ...one })) } })),
  });
}

/** Reads everything of the clouds that is on screen again. */
export function refreshClouds(client: QueryClient): void {
  for (const name of ['serverGroups', 'loadBalancers', 'securityGroups', 'instance', 'images', 'image', 'choices'])
    void client.invalidateQueries({ queryKey: [name] });
}

/** A task's execution, looked at until it has ended. */
export function useTask(id: string) {
  return useQuery({
    queryKey: keys.execution(id),
    queryFn: ({ signal }) => gate.getExecution({ params: { id } }, { signal }),
    refetchInterval: ({ state }) => (state.data && isComplete(state.data.status) ? false : LOOK_MS),
  });
}

/** How an operation that an execution started is read, until it has ended. */
export function operationQuery(execution: string, operation: string) {
  return queryOptions({
    queryKey: keys.operation(operation),
    queryFn: ({ signal }) => gate.taskDetails({ params: { id: execution, operation } }, { signal }),
    refetchInterval: ({ state }) => (state.data?.status.completed ? false : LOOK_MS),
  });
}

/** An operation that an execution started, looked at until it has ended. */
export function useOperation(execution: string, operation: string) {
  return useQuery(operationQuery(execution, operation));
}

/** Begins a failed operation again, or takes back what it left behind. */
export function useContinueOperation(operation: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (how: 'retry' | 'undo') =>
      how === 'retry'
        ? gate.retryOperation({ params: { id: operation } })
        : gate.undoOperation({ params: { id: operation } }),
    onSuccess: (view) => client.setQueryData(keys.operation(operation), view),
  });
}
