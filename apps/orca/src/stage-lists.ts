import type { StageState } from '@gennaker/engine/model';
import type { Keep } from './history-entry.ts';
import { stageDataOf } from './rows.ts';
import { array, joined, plain } from './transition.ts';

/** New stages as the parameters of `insertStages`, in their order. */
export function stageLists(
  made: readonly { readonly execution: string; readonly stage: StageState }[],
  keep: (execution: string) => Keep,
): (string | null)[] {
  const keeps = made.map(({ execution }) => keep(execution));
  return [
    joined(made.map(({ execution }) => execution)),
    joined(made.map(({ stage }) => stage.id)),
    array(made.map(({ stage }) => stage.position)),
    joined(made.map(({ stage }) => plain(stage.refId))),
    joined(made.map(({ stage }) => plain(stage.type))),
    joined(made.map(({ stage }) => plain(stage.name))),
    joined(made.map(({ stage }) => stage.status)),
    array(made.map(({ stage }) => stage.startTime)),
    array(made.map(({ stage }) => stage.endTime)),
    joined(made.map(({ stage }) => stage.parentStageId ?? '')),
    joined(made.map(({ stage }) => JSON.stringify(stageDataOf(stage)))),
    joined(made.map(({ stage }, index) => keeps[index]?.(stage.context) ?? '{}')),
    joined(made.map(({ stage }, index) => keeps[index]?.(stage.outputs) ?? '{}')),
  ];
}
