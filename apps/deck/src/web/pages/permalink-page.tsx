import { Button, Skeleton } from '@mantine/core';
import { ErrorPanel } from '@gennaker/ui/panels';
import { getRouteApi, Link, Navigate } from '@tanstack/react-router';
import { useExecution } from '../queries/executions.ts';

const route = getRouteApi('/executions/$executionId');

/** An execution's address without its application: finds the application and goes there. */
export function PermalinkPage() {
  const { executionId } = route.useParams();
  const execution = useExecution(executionId);
  if (execution.data)
    return (
      <Navigate
        to="/applications/$application/executions/details/$executionId"
        params={{ application: execution.data.application, executionId }}
        search={{}}
        replace
      />
    );
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      {execution.isError ? (
        <ErrorPanel
          title={`The execution ${executionId} could not be read`}
          error={execution.error}
          action={
            <Button
              size="compact-sm"
              variant="default"
              renderRoot={(props) => <Link to="/applications" search={{}} {...props} />}
            >
              All applications
            </Button>
          }
        />
      ) : (
        <Skeleton height={120} />
      )}
    </main>
  );
}
