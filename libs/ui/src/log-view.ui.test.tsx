import { ServiceError } from '@gennaker/contracts/error';
import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogPiece } from './live-data.tsx';
import { LogView } from './log-view.tsx';
import { renderThemed } from './render-themed.fixture.tsx';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  setHidden(false);
});

/** Shows a log; answers the offsets that were read from. `answer` gives the piece from an offset on. */
function show(answer: (offset: number) => LogPiece): number[] {
  const offsets: number[] = [];
  const read = async (offset: number): Promise<LogPiece> => {
    offsets.push(offset);
    return answer(offset);
  };
  renderThemed(<LogView id="one" title="The log" read={read} />);
  return offsets;
}
const pass = (ms: number): Promise<void> => act(() => vi.advanceTimersByTimeAsync(ms).then(() => undefined));
const shown = (): string | null => screen.getByLabelText('The log').textContent;
function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('a growing log', () => {
  it('tells where a part of it is missing, and where it began anew', async () => {
    const pieces = [
      { text: 'b', start: 1_234, nextOffset: 1_235, complete: false },
      { text: 'c', start: 1_235, nextOffset: 1_236, complete: false },
      { text: 'a', start: 0, nextOffset: 1, complete: false },
    ];
    show(() => pieces.shift() ?? { text: '', nextOffset: 1, complete: true });
    await pass(0);
    expect(shown()).toBe('\n⋯ 1,234 bytes are left out ⋯\nb');
    await pass(1_600);
    expect(shown()).toBe('\n⋯ 1,234 bytes are left out ⋯\nbc\n⋯ it began anew ⋯\na');
  });

  it('says why it cannot be read, tries again ever more seldom, and goes on where it was', async () => {
    let away = false;
    const offsets = show((offset) => {
      if (away) throw new ServiceError(502, 'Permission getSerialPortOutput denied', { fix: 'Verify the account' });
      return { text: 'x', nextOffset: offset + 1, complete: false };
    });
    await pass(0);
    away = true;
    await pass(800);
    expect(screen.getByText('Permission getSerialPortOutput denied')).toBeDefined();
    expect(screen.getByText('Verify the account')).toBeDefined();
    const tried = offsets.length;
    await pass(60_000);
    expect(offsets.length - tried).toBeLessThan(8);
    away = false;
    await pass(30_000);
    expect(screen.queryByText('Permission getSerialPortOutput denied')).toBeNull();
    expect(offsets.slice(0, tried + 1)).toEqual([0, ...Array.from({ length: tried }, () => 1)]);
    expect(offsets.at(-1)).toBeGreaterThan(1);
  });

  it('is not read while nobody can see it', async () => {
    const offsets = show((offset) => ({ text: 'x', nextOffset: offset + 1, complete: false }));
    await pass(800);
    expect(offsets).toEqual([0, 1]);
    setHidden(true);
    await pass(60_000);
    expect(offsets).toEqual([0, 1]);
    setHidden(false);
    await pass(0);
    expect(offsets).toEqual([0, 1, 2]);
  });
});
