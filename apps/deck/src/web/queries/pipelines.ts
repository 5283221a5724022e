import { ServiceError } from '@gennaker/contracts/error';
import type { Pipeline, SaveWarning, StoredPipeline } from '@gennaker/contracts/front50';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** An application's pipelines, in their order. */
export function usePipelines(application: string) {
  return useQuery({
    queryKey: keys.pipelines(application),
    queryFn: ({ signal }) => gate.listPipelineConfigs({ params: { application } }, { signal }),
  });
}

/** Somebody saved the pipeline after it was opened here. */
export class SaveConflict extends Error {
  /** The pipeline as it is stored now, with its author. */
  readonly stored: StoredPipeline;
  constructor(stored: StoredPipeline) {
    super('This pipeline was saved by somebody else since you opened it.');
    this.name = 'SaveConflict';
    this.stored = stored;
  }
}

/**
 * Saves a pipeline; answers it as it is stored then, with the warnings.
 * @throws SaveConflict when a newer version is stored than the one that was opened (`updateTs`).
 */
export async function savePipeline(
  pipeline: Pipeline,
): Promise<{ pipeline: Pipeline; warnings: readonly SaveWarning[] }> {
  try {
    return await gate.savePipelineConfig({ query: { staleCheck: 'true' }, body: JSON.stringify(pipeline) });
  } catch (error) {
    if (!pipeline.id || !(error instanceof ServiceError) || error.status >= 500) throw error;
    const stored = await gate.getStoredPipeline({ params: { id: pipeline.id } }).catch(() => undefined);
    if (stored && stored.updateTs !== pipeline.updateTs) throw new SaveConflict(stored);
    throw error;
  }
}

/** Saves a pipeline and refreshes the list. */
export function useSavePipeline(application: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: savePipeline,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.pipelines(application) }),
  });
}

/** Deletes a pipeline by name. */
export function useDeletePipeline(application: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => gate.deletePipeline({ params: { application, name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.pipelines(application) }),
  });
}
