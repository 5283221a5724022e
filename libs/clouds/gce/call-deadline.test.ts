import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type StubCall, withDeadlines } from './call-deadline.ts';

/** A transport whose answers are given by hand. */
function byHand() {
  const given: { deadline?: Date | undefined }[] = [];
  let answer: Parameters<StubCall>[3] = () => {};
  const get: StubCall = (_request, _metadata, options, callback) => {
    given.push(options);
    answer = callback;
    return { cancel: () => callback(new Error('cancelled')) };
  };
  const stub = withDeadlines({ get, close: () => 'closed' });
  const heard: unknown[][] = [];
  const call = () =>
    stub.get({}, null, { deadline: new Date(Date.now() + 30_000) }, (...args) => void heard.push(args));
  return { stub, given, heard, call, answer: (...args: Parameters<typeof answer>) => answer(...args) };
}

describe('the deadline of a call', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('leaves nothing behind when the answer comes', () => {
    const { call, answer, heard, given } = byHand();
    call();
    expect(vi.getTimerCount()).toBe(1);
    answer(null, { name: 'a' });
    expect(vi.getTimerCount()).toBe(0);
    expect(heard).toEqual([[null, { name: 'a' }]]);
    expect(given).toEqual([{}]);
  });

  it('ends a call that is not answered, as the library would', () => {
    const { call, heard } = byHand();
    call();
    vi.advanceTimersByTime(29_999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard[0]?.[0]).toMatchObject({
      code: 4,
      message: 'Deadline exceeded: no answer within 30000 milliseconds.',
    });
  });

  it('lets a call be cancelled before', () => {
    const { call, heard } = byHand();
    call().cancel();
    expect(heard[0]?.[0]).toMatchObject({ message: 'cancelled' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is no matter of what is not a call', () => {
    expect(byHand().stub.close()).toBe('closed');
  });
});
