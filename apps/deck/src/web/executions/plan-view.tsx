import { Skeleton } from '@mantine/core';
import type { Plan, PlannedStageView } from '@gennaker/contracts/orca-insight';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { StatusText } from '@gennaker/ui/status';
import { formatDuration } from '@gennaker/ui/time';
import { LivePlanStage } from './live-plan-stage.tsx';
import type { usePlan } from '../queries/insight.ts';

const ENABLED = {
  yes: { look: 'running', word: 'Runs' },
  no: { look: 'skipped', word: 'Is skipped' },
  unknown: { look: 'system', word: 'Depends on the run' },
} as const;

/** What a start would do: warnings, place in the queue, expected time, the stages that run or do not. */
export function PlanView({ plan }: { readonly plan: ReturnType<typeof usePlan> }) {
  if (plan.isPending) return <Skeleton height={90} radius="md" role="status" aria-label="Planning" />;
  if (plan.isError) return <ErrorPanel title="What it would do could not be planned" error={plan.error} />;
  const { warnings, queue, durationMs, stages, live } = plan.data;
  return (
    <section className="plan" aria-label="Plan" aria-busy={plan.isFetching}>
      {queue ? <Note look="system" title={queue.summary} next={queue.next} /> : null}
      {live?.unknown ? <Note look="paused" title={live.unknown.summary} next={live.unknown.next} /> : null}
      {warnings.map((warning) => (
        <Note
          key={`${warning.stageRefId}:${warning.message}`}
          look="paused"
          title={`${stageName(plan.data, warning.stageRefId)}${warning.message}`}
          why={warning.field ? `Field: ${warning.field}` : undefined}
          next={warning.fix}
        />
      ))}
      <div className="plan-head">
        <h3>What it will do</h3>
        <span className="gk-muted">
          {durationMs
            ? `Usually ${formatDuration(durationMs.p50)}, nine of ten within ${formatDuration(durationMs.p90)} (${durationMs.basis} runs)`
            : 'It has not finished yet, so nobody knows how long it takes'}
        </span>
      </div>
      {stages.length === 0 ? (
        <p className="gk-muted">It has no stages.</p>
      ) : (
        // It may scroll: the keyboard must get there.
        <ol className="plan-stages" tabIndex={0} aria-label="Stages">
          {stages.map((stage) => (
            <li key={stage.refId}>
              <span>{stage.name}</span>
              <StatusText look={ENABLED[stage.enabled].look}>{ENABLED[stage.enabled].word}</StatusText>
              <span className="plan-why gk-muted">{stage.reason?.summary ?? stepsOf(stage)}</span>
              {live?.stages
                .filter(({ stageRefId }) => stageRefId === stage.refId)
                .map((found) => (
                  <LivePlanStage key={found.stageRefId} stage={found} />
                ))}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function stageName(plan: Plan, ref: string | undefined): string {
  const found = ref === undefined ? undefined : plan.stages.find(({ refId }) => refId === ref);
  return found ? `${found.name}: ` : '';
}

function stepsOf(stage: PlannedStageView): string {
  const around = [...stage.before, ...stage.after].map(({ name }) => name);
  return around.length > 0 ? `with ${around.join(', ')}` : '';
}
