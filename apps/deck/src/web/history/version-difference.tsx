import { Skeleton } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import { ErrorPanel } from '@gennaker/ui/panels';
import { usePipelineDiff } from '../queries/pipelines.ts';
import { ChangeList } from './change-list.tsx';
import { SideBySide } from './side-by-side.tsx';

/** How two versions of a pipeline differ: in sentences, then as JSON side by side. */
export function VersionDifference({
  pipeline,
  from,
  to,
  documents,
}: {
  readonly pipeline: string;
  readonly from: number;
  readonly to: number;
  readonly documents: ReadonlyMap<number, Pipeline>;
}) {
  const diff = usePipelineDiff(pipeline, from, to);
  const [before, after] = [documents.get(from), documents.get(to)];
  return (
    <>
      {diff.isPending ? (
        <Skeleton height={60} radius="lg" role="status" aria-label="Comparing" />
      ) : diff.isError ? (
        <ErrorPanel title="The versions could not be compared" error={diff.error} />
      ) : (
        <ChangeList changes={diff.data.changes} />
      )}
      {before && after ? (
        <SideBySide before={before} after={after} titles={[`Version ${from}`, `Version ${to}`]} />
      ) : null}
    </>
  );
}
