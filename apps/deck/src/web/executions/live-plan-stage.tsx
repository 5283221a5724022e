import { type LiveStage, type PlannedDeploy, plannedGuardText, replacedText } from '@gennaker/contracts/live-plan';
import { Note } from '@gennaker/ui/panels';
import { StatusText } from '@gennaker/ui/status';
import { formatDuration } from '@gennaker/ui/time';

const GUARD_LOOKS = { passes: 'succeeded', refuses: 'failed', unknown: 'system' } as const;

/** What a stage of a plan would do against live state: its problems, who it waits for, what it makes, step by step. */
export function LivePlanStage({ stage }: { readonly stage: LiveStage }) {
  const { problems, locks, deploys, operations, notes, durationMs } = stage;
  return (
    <div className="plan-live">
      {problems.map((problem) => (
        <Note key={problem} look="failed" title={problem} />
      ))}
      {locks.map((lock) => (
        <Note key={lock} look="system" title={lock} />
      ))}
      {durationMs ? (
        <p className="gk-muted">
          {`Usually ${formatDuration(durationMs.p50)}, nine of ten within ${formatDuration(durationMs.p90)}`}
        </p>
      ) : null}
      {deploys.map((deploy) => (
        <PlannedServerGroup key={`${deploy.account}:${deploy.region}:${deploy.serverGroupName}`} deploy={deploy} />
      ))}
      {operations.map(({ operation, changes, warnings }, at) => (
        <ul key={`${operation}:${at}`} aria-label={`What ${operation} changes`}>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
          {warnings.map((warning) => (
            <li key={warning}>{`Note: ${warning}`}</li>
          ))}
        </ul>
      ))}
      {notes.map((note) => (
        <p key={note} className="gk-muted">
          {note}
        </p>
      ))}
    </div>
  );
}

/** The server group that a deploy would make, what it replaces, and the steps in between. */
function PlannedServerGroup({ deploy }: { readonly deploy: PlannedDeploy }) {
  const { serverGroupName, region, strategy, image, steps, guards } = deploy;
  return (
    <div>
      <p>
        <strong>{serverGroupName}</strong>
        {` in ${region}${image ? ` of ${image}` : ''}${strategy ? `, ${strategy}` : ''}; ${replacedText(deploy)}.`}
      </p>
      <ol aria-label={`Steps of ${serverGroupName}`}>
        {steps.map((step, at) => (
          <li key={`${at}:${step}`}>
            {step}
            {guards
              .filter((guard) => guard.step === at)
              .map((guard) => (
                <p key={plannedGuardText(guard)} className="plan-guard">
                  <StatusText look={GUARD_LOOKS[guard.outcome]}>{plannedGuardText(guard)}</StatusText>
                </p>
              ))}
          </li>
        ))}
      </ol>
    </div>
  );
}
