import { MantineProvider } from '@mantine/core';
import type { LiveData } from '@gennaker/ui/live-data';
import { LiveDataProvider } from '@gennaker/ui/live-data';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import cron from './ui.tsx';

beforeAll(() => {
  window.matchMedia ??= () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }) as never;
});
afterEach(cleanup);

function show(trigger: Record<string, unknown>, answer: ReturnType<LiveData['useSchedule']>) {
  const asked: unknown[] = [];
  const useSchedule: LiveData['useSchedule'] = (schedule) => {
    asked.push(schedule);
    return answer;
  };
  render(
    <MantineProvider>
      <LiveDataProvider value={{ useSchedule } as Partial<LiveData> as LiveData}>
        <cron.Form trigger={trigger} application="shop" onChange={() => {}} />
      </LiveDataProvider>
    </MantineProvider>,
  );
  return asked;
}

describe('the form of a schedule', () => {
  it("shows what it means and its next runs, on the clocks of the schedule's zone", () => {
    const next = [Date.parse('2026-11-30T09:00:00Z'), Date.parse('2026-12-01T09:00:00Z')];
    const times = { description: 'hour 10', timezone: 'Europe/Berlin', next };
    const asked = show({ cronExpression: '0 0 10 * * ?', timezone: 'Europe/Berlin', id: 't1' }, { times });
    expect(asked[0]).toEqual({ expression: '0 0 10 * * ?', timezone: 'Europe/Berlin', triggerId: 't1' });
    const list = screen.getByLabelText('Next runs');
    expect(list.textContent).toContain('hour 10, in Europe/Berlin');
    expect([...list.querySelectorAll('time')].map((run) => run.textContent)).toEqual([
      'Monday, 30 November 2026 at 10:00:00',
      'Tuesday, 1 December 2026 at 10:00:00',
    ]);
  });

  it('says what is wrong and what to do, and asks nothing for an empty one', () => {
    show({ cronExpression: '0 0 0 30 2 ?' }, { problem: { message: 'It never runs', fix: 'choose another day' } });
    expect(screen.getByRole('alert').textContent).toContain('It never runs');
    expect(screen.getByRole('alert').textContent).toContain('choose another day');
    cleanup();
    expect(show({ cronExpression: ' ' }, {})[0]).toBeUndefined();
  });
});
