import { stageUis } from '@gennaker/stages/ui';
import type { StageUi } from '@gennaker/ui/stage-ui';
import type { Deed } from './deed.ts';

/** How a stage type is configured. @throws Error for a type that this build does not have */
export function stageUiOf(type: string): StageUi {
  const ui = stageUis.find((each) => each.type === type);
  if (!ui) throw new Error(`There is no stage type ${type}.`);
  return ui;
}

/** The form of a stage type, for a deed that is done by it. */
export function formOf(type: string): Pick<Deed, 'type' | 'Form' | 'problems'> {
  const { Form, problems } = stageUiOf(type);
  return { type, Form, ...(problems ? { problems } : {}) };
}
