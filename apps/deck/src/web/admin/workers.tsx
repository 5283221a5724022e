import { Button } from '@mantine/core';
import type { EngineHealth } from '@gennaker/contracts/orca-admin';
import { StatusText } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import type { EngineDeed } from '../queries/engine.ts';

/** Processes that work on executions, to drain before they are stopped. */
export function Workers({
  workers,
  busy,
  onDeed,
}: {
  readonly workers: EngineHealth['workers'];
  readonly busy: boolean;
  readonly onDeed: (deed: EngineDeed) => void;
}) {
  return (
    <section className="admin-section" aria-labelledby="workers">
      <h2 id="workers">Workers</h2>
      <div className="card">
        {workers.length === 0 ? (
          <p className="pipeline-none">No process has reported. Executions do not go on until one does.</p>
        ) : (
          <table className="table">
            <TableHead actions columns={['Process', 'State', 'Holds', 'Started', 'Seen']} />
            <tbody>
              {workers.map(({ owner, instance, held, draining, startedAt, seenAt }) => (
                <tr key={owner}>
                  <td className="gk-mono">{instance}</td>
                  <td>
                    <StatusText look={draining ? 'paused' : 'running'}>{draining ? 'Draining' : 'Working'}</StatusText>
                  </td>
                  <td className="gk-num">{held}</td>
                  <td>
                    <Ago at={startedAt} />
                  </td>
                  <td>
                    <Ago at={seenAt} />
                  </td>
                  <td>
                    <Button
                      size="compact-sm"
                      variant="default"
                      disabled={busy}
                      aria-label={`${draining ? 'Undrain' : 'Drain'} ${instance}`}
                      onClick={() => onDeed({ deed: draining ? 'undrain' : 'drain', instance })}
                    >
                      {draining ? 'Undrain' : 'Drain'}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}
