import { executionWindowSchema } from '@gennaker/stages/restrict-execution-during-time-window/schema';
import type { StageConfig } from '@gennaker/ui/stage-ui';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { renderDeck } from '../testing/render-deck.tsx';
import { ExecutionWindow } from './execution-window.tsx';
import { merge } from './pipeline-operations.ts';

afterEach(cleanup);

/** Shows the fields of a stage and keeps what they write. */
function show(stage: StageConfig): { readonly stage: StageConfig } {
  const held = { stage };
  function Host() {
    const [value, setValue] = useState(stage);
    held.stage = value;
    return <ExecutionWindow stage={value} onPatch={(patch) => setValue((was) => merge(was, patch))} />;
  }
  renderDeck(<Host />);
  return held;
}
function type(label: string, value: string): void {
  const [field] = screen.getAllByLabelText(label);
  if (!field) throw new Error(`there is no field ${label}`);
  fireEvent.change(field, { target: { value } });
}

describe('the window of a stage', () => {
  it('is not shown and not stored for a stage that may run at any time', () => {
    const held = show({ type: 'wait' });
    expect(screen.queryByText('Days')).toBeNull();
    expect(held.stage).toEqual({ type: 'wait' });
  });

  it('begins with office hours, and takes days, hours, a zone and a random delay as the stage reads them', () => {
    const held = show({ type: 'wait' });
    fireEvent.click(screen.getByLabelText(/^Only in certain hours/));
    fireEvent.click(screen.getByLabelText('Fri'));
    fireEvent.click(screen.getByLabelText('Mon'));
    type('From, 1', '22:15');
    type('To, 1', '24:00');
    type('Time zone', 'Europe/Berlin');
    fireEvent.click(screen.getByLabelText(/^Delay at random/));
    type('Longest delay', '90');
    expect(held.stage).toEqual({
      type: 'wait',
      restrictExecutionDuringTimeWindow: true,
      restrictedExecutionWindow: {
        days: [2, 6],
        whitelist: [{ startHour: 22, startMin: 15, endHour: 24, endMin: 0 }],
        timezone: 'Europe/Berlin',
        jitter: { enabled: true, minDelay: 0, maxDelay: 90, skipManual: false },
      },
    });
    expect(executionWindowSchema.parse(held.stage['restrictedExecutionWindow'])).toMatchObject({ days: [2, 6] });
  });

  it('does not store what is no time of day', () => {
    const window = { days: [], whitelist: [{ startHour: 9, startMin: 0, endHour: 17, endMin: 0 }], other: 1 };
    const held = show({
      type: 'wait',
      restrictExecutionDuringTimeWindow: true,
      restrictedExecutionWindow: window,
    });
    type('From, 1', '25:00');
    expect(screen.getByText(/Write it as/)).toBeDefined();
    expect(held.stage['restrictedExecutionWindow']).toEqual(window);
    type('From, 1', '10:30');
    expect(screen.queryByText(/Write it as/)).toBeNull();
    expect(held.stage['restrictedExecutionWindow']).toEqual({
      ...window,
      whitelist: [{ startHour: 10, startMin: 30, endHour: 17, endMin: 0 }],
    });
  });

  it('switched off, keeps what it held', () => {
    const held = show({
      type: 'wait',
      restrictExecutionDuringTimeWindow: true,
      restrictedExecutionWindow: { days: [1], whitelist: [] },
    });
    fireEvent.click(screen.getByLabelText(/^Only in certain hours/));
    expect(held.stage).toMatchObject({
      restrictExecutionDuringTimeWindow: false,
      restrictedExecutionWindow: { days: [1] },
    });
  });
});
