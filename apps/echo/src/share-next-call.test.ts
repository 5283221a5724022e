import { describe, expect, it } from 'vitest';
import { shareNextCall } from './share-next-call.ts';

/** A call whose answers the test gives. */
function held() {
  const open: { readonly asked: string; answer(value: string): void; fail(error: Error): void }[] = [];
  const call = (asked: string) =>
    new Promise<string>((resolve, reject) => open.push({ asked, answer: resolve, fail: reject }));
  return { open, call };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a shared call', () => {
  it('answers everybody who asks while one is under way from the one after it', async () => {
    const { open, call } = held();
    const shared = shareNextCall(call, (asked) => asked);
    const first = shared('a');
    const others = [shared('a'), shared('a'), shared('a')];
    expect(open).toHaveLength(1);
    open[0]?.answer('old');
    expect(await first).toBe('old');
    await turn();
    expect(open).toHaveLength(2);
    open[1]?.answer('new');
    expect(await Promise.all(others)).toEqual(['new', 'new', 'new']);
  });

  it('begins anew for whoever asks once all have their answers', async () => {
    const { open, call } = held();
    const shared = shareNextCall(call, (asked) => asked);
    const [first, second] = [shared('a'), shared('a')];
    open[0]?.answer('1');
    await first;
    await turn();
    open[1]?.answer('2');
    await second;
    await turn();
    const third = shared('a');
    expect(open).toHaveLength(3);
    open[2]?.answer('3');
    expect(await third).toBe('3');
  });

  it('does not mix what is not the same', () => {
    const { open, call } = held();
    const shared = shareNextCall(call, (asked) => asked);
    void shared('a');
    void shared('b');
    expect(open.map(({ asked }) => asked)).toEqual(['a', 'b']);
  });

  it('tells a failure to those who asked for it alone', async () => {
    const { open, call } = held();
    const shared = shareNextCall(call, (asked) => asked);
    const [first, second] = [shared('a'), shared('a')];
    open[0]?.fail(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    open[1]?.answer('back');
    expect(await second).toBe('back');
  });
});
