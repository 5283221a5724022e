import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains } from './contains.ts';
import { MORE, type Searched, searchWords, wordsOfPattern } from './search-words.ts';

const execution = (trigger: Searched['trigger']): Searched => ({
  application: 'Shop',
  name: 'Deploy',
  trigger,
  authentication: { user: 'Ann', roles: [], admin: false },
});

describe('the words that an execution is found by', () => {
  it('tell its application, its name and whoever started it, in lower case', () => {
    expect(searchWords(execution({ type: 'manual', user: 'Bob' }))).toEqual([
      'application=shop',
      'name=deploy',
      'user=ann',
      'user=bob',
      'trigger.type=manual',
      'trigger.user=bob',
    ]);
  });

  it('tell commits by their beginning too, and artifacts by name, version and reference', () => {
    const words = searchWords(
      execution({
        type: 'git',
        hash: 'ABCDEF0123',
        payload: { head_commit: { id: '99887766' }, repository: { id: 'no commit' } },
        artifacts: [{ type: 'docker/image', name: 'shop', version: '1.2', reference: 'registry/Shop:1.2', uuid: 'x' }],
      }),
    );
    expect(words.filter((one) => /^(commit|artifact)=/.test(one))).toEqual([
      'commit=abcdef0123',
      'commit=abcdef0',
      'commit=99887766',
      'commit=9988776',
      'artifact=shop',
      'artifact=shop:1.2',
      'artifact=registry/shop:1.2',
    ]);
  });

  it('are so many at most, and say when there are more', () => {
    const parameters = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`p${index}`, index]));
    const words = searchWords(execution({ type: 'manual', parameters }));
    expect(words.length).toBeLessThan(310);
    expect(words).toContain(MORE);
  });

  it('are never longer than a short hash, and separators in texts do no harm', () => {
    const words = searchWords(execution({ type: 'manual', parameters: { long: 'x'.repeat(1_000), odd: 'a\u001fb' } }));
    expect(words.every((one) => one.length < 250 && !one.includes('\u001f'))).toBe(true);
  });

  it('hold the words of every pattern that the trigger contains', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (more, part) => {
          const trigger = { type: 'manual', ...more, ...part };
          const words = new Set(searchWords(execution(trigger), Number.POSITIVE_INFINITY));
          for (const wanted of [trigger, part])
            if (contains(trigger, wanted)) expect(wordsOfPattern(wanted).filter((one) => !words.has(one))).toEqual([]);
        },
      ),
    );
  });
});
