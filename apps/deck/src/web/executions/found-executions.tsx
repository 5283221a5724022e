import { Button, Skeleton } from '@mantine/core';
import { PipelineIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { type SearchCriteria, useExecutionSearch } from '../queries/execution-search.ts';
import { ExecutionRow } from './execution-row.tsx';

/** What a search found, newest first, and more of it with a click. */
export function FoundExecutions({
  application,
  criteria,
  open,
  stage,
  onOpen,
}: {
  readonly application: string;
  readonly criteria: SearchCriteria;
  readonly open: string | undefined;
  readonly stage: string | undefined;
  readonly onOpen: (execution: string | undefined, stage?: string) => void;
}) {
  const found = useExecutionSearch(application, criteria);
  if (found.isPending) return <Skeleton height={160} aria-label="Searching" />;
  if (found.isError)
    return (
      <ErrorPanel
        title="The search failed"
        error={found.error}
        action={
          <Button size="compact-sm" variant="default" onClick={() => void found.refetch()}>
            Try again
          </Button>
        }
      />
    );
  const executions = found.data.pages.flatMap((page) => page.executions);
  if (executions.length === 0)
    return (
      <EmptyState icon={PipelineIcon} title="Nothing found">
        No execution of this application fits all that is searched for.
      </EmptyState>
    );
  return (
    <section aria-label="Executions that were found">
      <div className="card">
        {executions.map((execution) => (
          <ExecutionRow
            key={execution.id}
            execution={execution}
            open={open === execution.id ? (stage ?? 'none') : undefined}
            onOpen={onOpen}
          />
        ))}
      </div>
      {found.hasNextPage ? (
        <Button
          mt={6}
          size="compact-sm"
          variant="subtle"
          color="gray"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          Show older
        </Button>
      ) : null}
    </section>
  );
}
