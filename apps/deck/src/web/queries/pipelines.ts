import { ServiceError } from '@gennaker/contracts/error';
import { type StaleSave, staleSaveSchema } from '@gennaker/contracts/document-history';
import type { Pipeline, SaveWarning, StoredPipeline } from '@gennaker/contracts/front50';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** How an application's pipelines are read and kept. */
export function pipelinesQuery(application: string) {
  return queryOptions({
    queryKey: keys.pipelines(application),
    queryFn: ({ signal }) => gate.listPipelineConfigs({ params: { application } }, { signal }),
  });
}

/** An application's pipelines, in their order. */
export function usePipelines(application: string) {
  return useQuery(pipelinesQuery(application));
}

/** Somebody saved the pipeline after it was opened here. */
export class SaveConflict extends Error {
  /** The pipeline as it is stored now, with its author. */
  readonly stored: StoredPipeline;
  /** Both sides' changes, as front50 tells them. */
  readonly stale: StaleSave | undefined;
  constructor(stored: StoredPipeline, stale: StaleSave | undefined) {
    super('This pipeline was saved by somebody else since you opened it.');
    this.name = 'SaveConflict';
    this.stored = stored;
    this.stale = stale;
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
    if (stored && stored.updateTs !== pipeline.updateTs)
      throw new SaveConflict(stored, staleSaveSchema.safeParse(error.details['stale']).data);
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

/** A pipeline's versions, newest first, each with what it changed. */
export function usePipelineChanges(id: string) {
  return useQuery({
    queryKey: keys.pipelineHistory(id, 'changes'),
    queryFn: ({ signal }) => gate.pipelineChanges({ params: { id }, query: { limit: '200' } }, { signal }),
  });
}

/** A pipeline as it was in each version, by its number. */
export function usePipelineVersions(id: string) {
  return useQuery({
    queryKey: keys.pipelineHistory(id, 'versions'),
    queryFn: ({ signal }) => gate.pipelineHistory({ params: { id }, query: { limit: '200' } }, { signal }),
    select: (versions) => new Map(versions.map((version) => [Number(version['version']), version])),
  });
}

/** How two versions of a pipeline differ. */
export function usePipelineDiff(id: string, from: number, to: number) {
  return useQuery({
    queryKey: keys.pipelineHistory(id, 'diff', String(from), String(to)),
    queryFn: ({ signal }) =>
      gate.pipelineDiff({ params: { id }, query: { from: String(from), to: String(to) } }, { signal }),
  });
}

/** Who last changed each part of a pipeline. */
export function usePipelineBlame(id: string) {
  return useQuery({
    queryKey: keys.pipelineHistory(id, 'blame'),
    queryFn: ({ signal }) => gate.pipelineBlame({ params: { id } }, { signal }),
  });
}

/** Saves an earlier version again, as the newest one. */
export function useRestoreVersion(application: string, id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (version: number) => gate.restorePipelineVersion({ params: { id }, body: { version } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.pipelineHistory(id) });
      await client.invalidateQueries({ queryKey: keys.pipelines(application) });
    },
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
