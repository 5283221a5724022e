import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { fakeGate } from '../testing/fake-gate.ts';
import { renderDeck } from '../testing/render-deck.tsx';
import { ConfigurationPanel } from './configuration-panel.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const none = { enabled: false, inQuietPeriod: false, startTime: -1, endTime: -1 };
const label = /^Respect the quiet period/;
function show(period: object, keys: object = {}) {
  fakeGate({ 'GET /capabilities/quietPeriod': period });
  const onEdit = vi.fn();
  renderDeck(<ConfigurationPanel pipeline={{ name: 'Deploy', application: 'hello', ...keys }} onEdit={onEdit} />);
  return onEdit;
}

it('a pipeline respects the quiet period or not; off is written as in a pipeline that never did', () => {
  const on = show(none);
  fireEvent.click(screen.getByRole('switch', { name: label }));
  expect(on.mock.lastCall?.[0]).toMatchObject({ respectQuietPeriod: true });
  cleanup();
  const off = show(none, { respectQuietPeriod: true });
  fireEvent.click(screen.getByRole('switch', { name: label }));
  expect(off.mock.lastCall?.[0]).not.toHaveProperty('respectQuietPeriod');
});

it('says when the configured period is, or that none is and the switch does nothing', async () => {
  show(none);
  expect(await screen.findByText(/None is configured now/)).toBeDefined();
  cleanup();
  const [startTime, endTime] = [Date.UTC(2001, 0, 1), Date.UTC(2001, 0, 2)];
  show({ ...none, enabled: true, startTime, endTime });
  expect(await screen.findByText(new RegExp(`start nothing: .*2001.* to .*2001`))).toBeDefined();
});
