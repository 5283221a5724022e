import { Button } from '@mantine/core';
import { ErrorPanel, Facts } from '@gennaker/ui/panels';
import { useRetentionTrial } from '../queries/engine.ts';

/** What a retention run would remove now; nothing is removed from here. */
export function Retention() {
  const trial = useRetentionTrial();
  const report = trial.data;
  return (
    <section className="admin-section" aria-labelledby="retention">
      <h2 id="retention">Retention</h2>
      <div className="card admin-body form-stack">
        <div>
          <Button size="compact-sm" variant="default" loading={trial.isPending} onClick={() => trial.mutate()}>
            See what would be removed
          </Button>
        </div>
        {trial.isError ? <ErrorPanel title="It could not be worked out" error={trial.error} /> : null}
        {report ? (
          <div role="status">
            <Facts
              of={[
                [
                  'Policy',
                  `${report.policy.days} days, the last ${report.policy.keepPerPipeline} of each pipeline stay`,
                ],
                ['Executions', String(report.executions)],
                ['Events', String(report.events)],
                ['Size', `${(report.bytes / 1_000_000).toFixed(1)} MB`],
                ['Oldest', report.oldest === undefined ? undefined : new Date(report.oldest).toLocaleString()],
              ]}
            />
          </div>
        ) : null}
      </div>
    </section>
  );
}
