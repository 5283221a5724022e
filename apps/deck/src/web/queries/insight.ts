import type { ExecutionView } from '@gennaker/contracts/execution';
import type { Pipeline } from '@gennaker/contracts/front50';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Why an execution and its stages are where they are. The event stream makes it read again. */
export function useExplanation(id: string, enabled = true) {
  return useQuery({
    queryKey: keys.insight(id, 'explain'),
    queryFn: ({ signal }) => gate.explain({ params: { id } }, { signal }),
    enabled,
    retry: false,
  });
}

/** When an execution will probably be done. */
export function usePrediction(id: string, enabled = true) {
  return useQuery({
    queryKey: keys.insight(id, 'prediction'),
    queryFn: ({ signal }) => gate.predict({ params: { id } }, { signal }),
    enabled,
    retry: false,
  });
}

const historyEventSchema = z.looseObject({
  sequence: z.number(),
  type: z.string(),
  at: z.number(),
  data: z.record(z.string(), z.unknown()).default({}),
});
export type HistoryEvent = z.output<typeof historyEventSchema>;

/** Every event of an execution, oldest first. */
export function useHistory(id: string, enabled = true) {
  return useQuery({
    queryKey: keys.insight(id, 'history'),
    enabled,
    queryFn: async ({ signal }) =>
      z.array(historyEventSchema).parse(await gate.executionHistory({ params: { id } }, { signal })),
  });
}

/** An execution as it was after one of its events; the state shown before stays until it is there. */
export function useStateAt(id: string, at: number | undefined) {
  return useQuery<ExecutionView>({
    queryKey: keys.stateAt(id, at ?? 0),
    queryFn: ({ signal }) => gate.stateAt({ params: { id }, query: { at: at ?? 1 } }, { signal }),
    enabled: at !== undefined,
    // What was, stays.
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
}

/** Two executions side by side. */
export function useComparison(a: string, b: string | undefined) {
  return useQuery({
    queryKey: keys.comparison(a, b ?? ''),
    queryFn: ({ signal }) => gate.compare({ query: { a, b: b ?? '' } }, { signal }),
    enabled: b !== undefined,
  });
}

/** What a start with these parameters would do; nothing is started. */
export function usePlan(pipeline: Pipeline, parameters: Readonly<Record<string, string>>, enabled: boolean) {
  const trigger = { type: 'manual', parameters };
  return useQuery({
    queryKey: keys.plan(pipeline.id ?? pipeline.name, JSON.stringify(trigger)),
    queryFn: ({ signal }) => gate.planOf({ body: { ...pipeline, trigger } }, { signal }),
    enabled,
    retry: false,
    placeholderData: keepPreviousData,
    // Pipelines and queues change: a plan is good for the moment only.
    gcTime: 0,
  });
}

/** Pipelines of an application whose executions wait for a slot. */
export function useQueues(application: string) {
  return useQuery({
    queryKey: [...keys.queues, application],
    queryFn: ({ signal }) => gate.queues({ query: { application } }, { signal }),
  });
}

/** A stage type that an operator set up: a webhook, or another type with settings of the operator. */
export type OperatorType = Pick<
  Awaited<ReturnType<typeof gate.preconfiguredWebhooks>>[number],
  'type' | 'label' | 'description' | 'parameters'
>;

/** Stage types that an operator set up and that one may use. */
export function usePreconfigured() {
  return useQuery({
    queryKey: keys.stageTypes,
    queryFn: async ({ signal }): Promise<readonly OperatorType[]> => {
      const [webhooks, others] = await Promise.all([
        gate.preconfiguredWebhooks({}, { signal }),
        gate.preconfiguredJobs({}, { signal }),
      ]);
      return [...webhooks, ...others];
    },
    retry: false,
  });
}
