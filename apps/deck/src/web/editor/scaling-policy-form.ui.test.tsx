import { stageUis } from '@gennaker/stages/ui';
import type { JsonObject, StageConfig } from '@gennaker/ui/stage-ui';
import { object } from '@gennaker/ui/stage-ui';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from '../testing/axe.ts';
import { renderDeck } from '../testing/render-deck.tsx';
import { merge } from './pipeline-operations.ts';

afterEach(cleanup);

const ui = stageUis.find(({ type }) => type === 'upsertScalingPolicy');
if (!ui) throw new Error('There is no form of scaling policies.');

/** Shows the form and keeps what it writes. */
function show(scalingSchedules?: JsonObject) {
  const { Form, defaults, problems } = ui as NonNullable<typeof ui>;
  const stage: StageConfig = {
    ...defaults('hello'),
    ...{ type: 'upsertScalingPolicy', credentials: 'local-gce', cluster: 'hello', regions: ['us-central1'] },
    autoscalingPolicy: { minNumReplicas: 1, maxNumReplicas: 9, scalingSchedules },
  };
  const held = {
    stage,
    problems: () => problems?.(held.stage, 'hello') ?? [],
    schedules: () => object(held.stage['autoscalingPolicy'])['scalingSchedules'],
  };
  function Host() {
    const [value, setValue] = useState<StageConfig>(stage);
    held.stage = value;
    return (
      <Form
        stage={value}
        application="hello"
        upstream={[]}
        onChange={(patch) => setValue((was) => merge(was, patch))}
      />
    );
  }
  renderDeck(<Host />);
  return held;
}
const type = (label: RegExp, value: string): void =>
  void fireEvent.change(screen.getByLabelText(label, { selector: 'input' }), { target: { value } });

describe('the target of an autoscaler', () => {
  it('is taken away by emptying it', () => {
    const held = show();
    type(/^Processor use to keep/, '70');
    type(/^Processor use to keep/, '');
    expect(object(held.stage['autoscalingPolicy'])['cpuUtilization']).toEqual({});
  });
});

describe('schedules of an autoscaler', () => {
  it('are added, described and taken away', async () => {
    const held = show();
    fireEvent.click(screen.getByRole('button', { name: 'Add schedule' }));
    type(/^Name of schedule 1/, 'mornings');
    type(/^At least in schedule 1/, '4');
    type(/^Starts of schedule 1/, '30 7 * * 1-5');
    type(/^Duration of schedule 1/, '90');
    type(/^Time zone of schedule 1/, 'Europe/Berlin');
    expect(held.schedules()).toEqual({
      mornings: { minRequiredReplicas: 4, schedule: '30 7 * * 1-5', durationSec: 5_400, timeZone: 'Europe/Berlin' },
    });
    expect(held.problems()).toEqual([]);
    expect(await violations()).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Remove schedule 1' }));
    // None, said so: left out, those that there are would stay.
    expect(held.schedules()).toEqual({});
  });

  it('do not swallow each other while a name is typed, and say what they lack', () => {
    const night = { minRequiredReplicas: 0, schedule: '0 22 * * *', durationSec: 3_600 };
    const held = show({ night, day: { ...night, schedule: 'now', durationSec: 60 } });
    type(/^Name of schedule 2/, 'night');
    expect(Object.keys(object(held.schedules()))).toEqual(['night', 'day']);
    expect(held.problems()).toEqual([
      'schedule day: starts have five fields, as cron',
      'schedule day: it is on for 5 min at least',
    ]);
  });
});
