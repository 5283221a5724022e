import { Tooltip } from '@mantine/core';
import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import { lookWord, stageLook, StatusIcon } from '@gennaker/ui/status';
import { Elapsed } from '@gennaker/ui/time';
import { stageReason, topLevelStages } from './stage-order.ts';

/** One bar per stage: name, status by tone and icon. Arrow keys go along, Enter selects. */
export function StageBars({
  execution,
  selected,
  onSelect,
}: {
  readonly execution: ExecutionView;
  readonly selected?: string | undefined;
  readonly onSelect: (stage: StageView) => void;
}) {
  const stages = topLevelStages(execution);
  if (stages.length === 0) return <div className="bars-none">It has no stages</div>;
  return (
    <div
      className="bars"
      role="group"
      aria-label={`Stages of ${execution.name}`}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
        const next =
          event.key === 'ArrowRight'
            ? document.activeElement?.nextElementSibling
            : document.activeElement?.previousElementSibling;
        if (next instanceof HTMLElement) next.focus();
      }}
    >
      {stages.map((stage) => (
        <StageBar
          key={stage.id}
          execution={execution}
          stage={stage}
          selected={stage.id === selected}
          onSelect={() => onSelect(stage)}
        />
      ))}
    </div>
  );
}

function StageBar({
  execution,
  stage,
  selected,
  onSelect,
}: {
  readonly execution: ExecutionView;
  readonly stage: StageView;
  readonly selected: boolean;
  readonly onSelect: () => void;
}) {
  const look = stageLook(stage);
  const reason = stageReason(execution, stage);
  return (
    <Tooltip
      multiline
      maw={360}
      label={
        <div>
          <div style={{ fontWeight: 600 }}>
            {stage.name} · {lookWord(look)}
            {stage.startTime ? (
              <>
                {' · '}
                <Elapsed from={stage.startTime} to={stage.endTime} />
              </>
            ) : null}
          </div>
          {reason ? <div style={{ opacity: 0.85 }}>{reason.summary}</div> : null}
        </div>
      }
    >
      <button
        type="button"
        className="bar gk-tone"
        data-look={look}
        aria-pressed={selected}
        onClick={onSelect}
        aria-label={`${stage.name}: ${lookWord(look)}`}
      >
        <StatusIcon look={look} size={13} />
        <span className="bar-name">{stage.name}</span>
      </button>
    </Tooltip>
  );
}
