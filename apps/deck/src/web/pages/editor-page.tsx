import { Button, Skeleton } from '@mantine/core';
import { PipelineIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { getRouteApi, Link } from '@tanstack/react-router';
import { PipelineEditor } from '../editor/pipeline-editor.tsx';
import { usePipelines } from '../queries/pipelines.ts';

const route = getRouteApi('/applications/$application/executions/configure/$pipelineId');

/** The editor of one stored pipeline. */
export function EditorPage() {
  const { application, pipelineId } = route.useParams();
  const pipelines = usePipelines(application);
  const back = (
    <Button
      variant="default"
      renderRoot={(props) => (
        <Link to="/applications/$application/executions" params={{ application }} search={{}} {...props} />
      )}
    >
      Pipelines of {application}
    </Button>
  );
  if (pipelines.isPending)
    return (
      <div className="page" aria-busy>
        <Skeleton height={26} width={260} mb={18} />
        <Skeleton height={250} radius="lg" mb={18} />
        <Skeleton height={300} radius="lg" />
      </div>
    );
  // A later reading that fails takes nothing away that is being edited.
  if (pipelines.isLoadingError)
    return (
      <div className="page">
        <ErrorPanel title="The pipeline could not be read" error={pipelines.error} action={back} />
      </div>
    );
  const pipeline = pipelines.data.find(({ id }) => id === pipelineId);
  if (!pipeline)
    return (
      <div className="page">
        <EmptyState icon={PipelineIcon} title="There is no such pipeline" actions={back}>
          It may have been deleted since this address was copied.
        </EmptyState>
      </div>
    );
  return <PipelineEditor key={pipelineId} stored={pipeline} siblings={pipelines.data} />;
}
