import type { ExecutionView } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import { awaitsJudgment } from '@gennaker/ui/status';
import type { QueryClient } from '@tanstack/react-query';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApplications } from './applications.ts';
import { gate } from './gate.ts';
import { keys } from './keys.ts';
import { putTask } from './tasks.ts';

/** Executions shown per pipeline. */
const PER_PIPELINE = 10;

/** An application's executions, newest first. Kept fresh by the event stream. */
export function useExecutions(application: string) {
  return useQuery({
    queryKey: keys.executions(application),
    queryFn: ({ signal }) =>
      gate.listExecutions({ params: { application }, query: { limit: PER_PIPELINE, expand: 'true' } }, { signal }),
    select: newestFirst,
  });
}

/** One execution. */
export function useExecution(id: string) {
  return useQuery({
    queryKey: keys.execution(id),
    queryFn: ({ signal }) => gate.getExecution({ params: { id } }, { signal }),
  });
}

/** The executions under way in every application. */
export function useRunning(): { readonly executions: readonly ExecutionView[]; readonly loading: boolean } {
  const applications = useApplications();
  const results = useQueries({
    queries: (applications.data ?? []).map(({ name }) => ({
      queryKey: keys.running(name),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        gate.listExecutions(
          {
            params: { application: name },
            query: { statuses: 'RUNNING,PAUSED,NOT_STARTED,BUFFERED,SUSPENDED', limit: 25, expand: 'true' },
          },
          { signal },
        ),
    })),
  });
  return {
    executions: results.flatMap((result) => result.data ?? []).filter((execution) => !isComplete(execution.status)),
    loading: applications.isPending || results.some((result) => result.isPending),
  };
}

/** A judgment that waits for a person. */
export interface PendingJudgment {
  readonly execution: ExecutionView;
  readonly stage: ExecutionView['stages'][number];
}

/** The judgments that wait in these executions, the longest waiting first. */
export function pendingJudgments(executions: readonly ExecutionView[]): PendingJudgment[] {
  return executions
    .flatMap((execution) => execution.stages.filter(awaitsJudgment).map((stage) => ({ execution, stage })))
    .toSorted((a, b) => (a.stage.startTime ?? 0) - (b.stage.startTime ?? 0));
}

function newestFirst(executions: readonly ExecutionView[]): readonly ExecutionView[] {
  return executions.toSorted((a, b) => b.buildTime - a.buildTime);
}

/** Puts a newer view of an execution into every list of its kind, pipelines' or tasks', that holds it or should. An older view than the known is dropped. */
export function putExecution(client: QueryClient, execution: ExecutionView): void {
  const newer = (known: ExecutionView | undefined): boolean =>
    known?.version === undefined || execution.version === undefined || execution.version >= known.version;
  client.setQueryData<ExecutionView>(keys.execution(execution.id), (known) => (newer(known) ? execution : known));
  if (execution.type === 'ORCHESTRATION') {
    putTask(client, execution);
    return;
  }
  for (const key of [keys.executions(execution.application), keys.running(execution.application)])
    client.setQueryData<readonly ExecutionView[]>(key, (known) => {
      if (!known) return known;
      const at = known.findIndex((each) => each.id === execution.id);
      if (at < 0) return [execution, ...known];
      return newer(known[at]) ? known.with(at, execution) : known;
    });
}

/** Reads one execution again and puts it where it belongs. */
export async function refreshExecution(client: QueryClient, id: string): Promise<void> {
  putExecution(client, await gate.getExecution({ params: { id } }));
}

/** Answers a judgment: goes on or stops, with the chosen input. */
export function useJudge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      judgment,
      answer,
      input,
      comment,
    }: {
      judgment: PendingJudgment;
      answer: 'continue' | 'stop';
      input: string | undefined;
      comment?: string | undefined;
    }) =>
      gate.patchStage({
        params: { id: judgment.execution.id, stageId: judgment.stage.id },
        body: {
          judgmentStatus: answer,
          ...(input ? { judgmentInput: input } : {}),
          ...(comment ? { judgmentComment: comment } : {}),
        },
      }),
    onSuccess: (execution) => putExecution(client, execution),
  });
}

/** Cancels an execution; the reason is kept with it. By force (administrators), it ends at once, without clean-up. */
export function useCancel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, reason, force }: { id: string; reason: string; force: boolean }) => {
      const why = reason ? { reason } : {};
      return force
        ? gate.forceCancel({ query: { executionId: id, ...why } })
        : gate.cancel({ params: { id }, query: why });
    },
    onSuccess: (_, { id }) => refreshExecution(client, id),
  });
}

/** Starts a pipeline by hand; answers the new execution's id. */
export function useStart(application: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({
      pipeline,
      parameters,
      artifacts = [],
    }: {
      pipeline: string;
      parameters: Record<string, unknown>;
      /** What the start brings besides. */
      artifacts?: readonly Readonly<Record<string, unknown>>[];
    }) => {
      const { ref } = await gate.startPipeline({
        params: { application, name: pipeline },
        body: {
          type: 'manual',
          parameters,
          ...(artifacts.length > 0 ? { artifacts: artifacts.map((artifact) => ({ ...artifact })) } : {}),
        },
      });
      return ref.slice(ref.lastIndexOf('/') + 1);
    },
    onSuccess: (id) => refreshExecution(client, id),
  });
}
