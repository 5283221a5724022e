import { stageUis } from '@gennaker/stages/ui';
import type { StageConfig, StageUi } from '@gennaker/ui/stage-ui';
import { fireEvent, screen } from '@testing-library/react';
import { useState } from 'react';
import { merge } from '../editor/pipeline-operations.ts';
import { renderDeck } from './render-deck.tsx';

/** The form and all else of a stage type in the browser. @throws Error where there is none */
export function stageUi(type: string): StageUi {
  const ui = stageUis.find((each) => each.type === type);
  if (!ui) throw new Error(`There is no form for ${type}`);
  return ui;
}

/** A new stage of a type. */
export const fresh = (type: string): StageConfig => ({ ...stageUi(type).defaults('hello'), type, name: type });

/** Shows a stage's form and keeps what it writes. */
export function showForm(stage: StageConfig, upstream: StageConfig[] = []): { readonly stage: StageConfig } {
  const held = { stage };
  const ui = stageUi(stage.type);
  function Host() {
    const [value, setValue] = useState(stage);
    held.stage = value;
    return (
      <ui.Form
        stage={value}
        application="hello"
        upstream={upstream}
        onChange={(patch) => setValue((was) => merge(was, patch))}
      />
    );
  }
  renderDeck(<Host />);
  return held;
}

/** Types into the first field of a label. */
export function type(label: RegExp | string, value: string): void {
  const [field] = screen.getAllByLabelText(label);
  if (!field) throw new Error(`There is no field ${String(label)}`);
  fireEvent.change(field, { target: { value } });
}
