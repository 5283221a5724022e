import { Button, Skeleton } from '@mantine/core';
import type { OperationPreview } from '@gennaker/contracts/cloud-views';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import type { UseQueryResult } from '@tanstack/react-query';

/** What a deed would do now: changes, what to know first, and why it would be refused. */
export function PreviewPanel({
  preview,
  missing,
  several,
}: {
  readonly preview: UseQueryResult<OperationPreview[]>;
  /** It is about several things: each part says about which. */
  readonly several: boolean;
  /** What has to be said before anything can be told. */
  readonly missing: readonly string[];
}) {
  return (
    <section className="preview" aria-label="What it will do" aria-busy={preview.isFetching}>
      <h4 className="gk-section-title">What it will do</h4>
      {missing.length > 0 ? (
        <p className="gk-muted panel-none">To see it: {missing.join('; ')}.</p>
      ) : preview.isError ? (
        <ErrorPanel
          title="What it would do could not be found out"
          error={preview.error}
          action={
            <Button size="compact-sm" variant="default" onClick={() => void preview.refetch()}>
              Look again
            </Button>
          }
        />
      ) : !preview.data ? (
        <Skeleton height={44} role="status" aria-label="Looking at what it would do" />
      ) : (
        [...Map.groupBy(preview.data, ({ stage = '' }) => stage)].map(([stage, parts]) => (
          <section key={stage} aria-label={stage || undefined}>
            {several && stage ? <h5>{stage}</h5> : null}
            {parts.map((one, index) => (
              <OnePreview key={index} of={one} />
            ))}
          </section>
        ))
      )}
    </section>
  );
}

function OnePreview({ of }: { readonly of: OperationPreview }) {
  return (
    <>
      {of.problems.length > 0 ? (
        <Note look="failed" title="It would be refused">
          <Sentences of={of.problems} />
        </Note>
      ) : of.changes.length === 0 ? (
        <p className="panel-none">Nothing changes: all is as described already.</p>
      ) : (
        <Sentences of={of.changes} />
      )}
      {of.warnings.length > 0 ? (
        <Note look="paused" title="Know first">
          <Sentences of={of.warnings} />
        </Note>
      ) : null}
    </>
  );
}

/** Sentences one below the other. */
export function Sentences({ of }: { readonly of: readonly string[] }) {
  return (
    <ul className="panel-problems">
      {of.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
