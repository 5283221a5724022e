import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Time between two looks (ms) at the engine's health: heartbeats are no events of the stream. */
const LOOK_MS = 3000;

/** The engine's health. */
export function useEngineHealth(enabled: boolean) {
  return useQuery({
    queryKey: keys.engine,
    queryFn: ({ signal }) => gate.engineHealth({}, { signal }),
    refetchInterval: LOOK_MS,
    enabled,
  });
}

/** Executions that failed the engine itself. */
export function useSetAside(enabled: boolean) {
  return useQuery({
    queryKey: keys.setAside,
    queryFn: ({ signal }) => gate.listSetAside({}, { signal }),
    refetchInterval: LOOK_MS * 5,
    enabled,
  });
}

/** What an administrator does with the engine. */
export type EngineDeed =
  | { readonly deed: 'pauseAll'; readonly reason: string }
  | { readonly deed: 'resumeAll' }
  | { readonly deed: 'drain'; readonly instance: string }
  | { readonly deed: 'undrain'; readonly instance: string }
  | { readonly deed: 'redrive'; readonly id: string };

/** Does something with the engine, then looks at it again. */
export function useEngineDeed() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (what: EngineDeed): Promise<void> => {
      if (what.deed === 'pauseAll') await gate.pauseAll({ body: what.reason ? { reason: what.reason } : {} });
      else if (what.deed === 'resumeAll') await gate.resumeAll({ body: {} });
      else if (what.deed === 'drain') await gate.drainWorker({ params: { instance: what.instance } });
      else if (what.deed === 'undrain') await gate.undrainWorker({ params: { instance: what.instance } });
      else if (what.deed === 'redrive') await gate.redrive({ params: { id: what.id } });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.engine }),
  });
}

/** What a retention run would remove; nothing is removed. */
export function useRetentionTrial() {
  return useMutation({ mutationFn: () => gate.retain({ query: { dryRun: 'true' } }) });
}
