import { Skeleton } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import { UserIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { usePipelineBlame } from '../queries/pipelines.ts';

/** Who last changed each stage, trigger and setting of a pipeline. */
export function BlameTable({
  pipeline,
  current,
}: {
  readonly pipeline: string;
  readonly current: Pipeline | undefined;
}) {
  const blame = usePipelineBlame(pipeline);
  if (blame.isPending) return <Skeleton height={220} radius="lg" role="status" aria-label="Reading who wrote what" />;
  if (blame.isError) return <ErrorPanel title="Who wrote what could not be read" error={blame.error} />;
  if (blame.data.length === 0)
    return (
      <EmptyState icon={UserIcon} title="There are no versions">
        This pipeline was never saved here.
      </EmptyState>
    );
  return (
    <div className="card">
      <table className="table">
        <TableHead columns={['Part', 'Last changed by', 'When', 'In version']} />
        <tbody>
          {blame.data.map(({ path, lastModifiedBy, updateTs, version }) => (
            <tr key={path}>
              <td>
                <span className="gk-mono">{path}</span>
                <div className="app-about">{stageName(current, path)}</div>
              </td>
              <td>{lastModifiedBy || 'Somebody'}</td>
              <td className="gk-muted">
                <Ago at={Number(updateTs)} />
              </td>
              <td>{version}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The name of the stage that `stages[3]` speaks of. */
function stageName(pipeline: Pipeline | undefined, path: string): string | undefined {
  const refId = /^stages\[(.+)\]$/.exec(path)?.[1];
  return refId === undefined ? undefined : pipeline?.stages?.find((stage) => stage.refId === refId)?.name;
}
