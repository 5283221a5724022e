import { Button, Skeleton } from '@mantine/core';
import { ErrorPanel, JsonBlock } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { useSetAside } from '../queries/engine.ts';

/** Executions that failed the engine itself, with the evidence; each can be tried again. */
export function SetAsideList({
  onRedrive,
  busy,
}: {
  readonly onRedrive: (id: string) => void;
  readonly busy: boolean;
}) {
  const setAside = useSetAside(true);
  return (
    <section className="admin-section" aria-labelledby="set-aside">
      <h2 id="set-aside">Set aside</h2>
      {setAside.isPending ? (
        <Skeleton height={60} radius="lg" />
      ) : setAside.isError ? (
        <ErrorPanel title="What was set aside could not be read" error={setAside.error} />
      ) : setAside.data.length === 0 ? (
        <div className="card">
          <p className="pipeline-none">No execution has failed the engine.</p>
        </div>
      ) : (
        setAside.data.map((each) => (
          <div key={each.executionId} className="card admin-body" style={{ marginBottom: 8 }}>
            <div className="pipeline-head">
              <Link
                className="link"
                to="/applications/$application/executions/details/$executionId"
                params={{ application: each.application, executionId: each.executionId }}
                search={{}}
              >
                {each.application} · {each.name}
              </Link>
              <span className="gk-muted">
                after {each.attempts} attempts, <Ago at={each.at} />
              </span>
              <div className="page-space" />
              <Button
                size="compact-sm"
                variant="default"
                disabled={busy}
                aria-label={`Try ${each.name} again`}
                onClick={() => onRedrive(each.executionId)}
              >
                Try again
              </Button>
            </div>
            <div>{each.reason.summary}</div>
            {each.reason.next ? <div className="gk-muted">{each.reason.next}</div> : null}
            <details>
              <summary>Evidence</summary>
              <JsonBlock value={each.evidence} label={`Evidence of ${each.name}`} />
            </details>
          </div>
        ))
      )}
    </section>
  );
}
