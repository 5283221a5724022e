import type { ExecutionView } from '@gennaker/contracts/execution';
import { stageLook, StatusText } from '@gennaker/ui/status';
import { Elapsed, withLocalTimes } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { stageReason, topLevelStages } from './stage-order.ts';

/** The stages as a table: the graph's twin for reading, sorting by eye and screen readers. */
export function StageTable({
  execution,
  selected,
  onSelect,
}: {
  readonly execution: ExecutionView;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}) {
  const names = new Map(execution.stages.filter((each) => !each.parentStageId).map((each) => [each.refId, each.name]));
  return (
    <table className="table table-rows">
      <TableHead columns={['Stage', 'Status', 'Time', 'After', 'Why']} />
      <tbody>
        {topLevelStages(execution).map((stage) => (
          <tr key={stage.id} aria-selected={stage.id === selected}>
            <td>
              <button type="button" className="text-button" onClick={() => onSelect(stage.id)}>
                {stage.name}
              </button>
            </td>
            <td>
              <StatusText look={stageLook(stage)} />
            </td>
            <td>
              <Elapsed from={stage.startTime} to={stage.endTime} />
            </td>
            <td className="gk-muted">{stage.requisiteStageRefIds.map((ref) => names.get(ref) ?? ref).join(', ')}</td>
            <td className="gk-muted">{withLocalTimes(stageReason(execution, stage)?.summary ?? '')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
