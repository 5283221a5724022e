import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindForTrigger, withBoundArtifacts } from './bind-for-trigger.ts';

const image = (version: string) => ({
  type: 'docker/image',
  name: 'shop',
  version,
  reference: `registry/shop:${version}`,
});
const expects = (more: Record<string, unknown> = {}) => ({
  expectedArtifacts: [
    { id: 'img', displayName: 'Image', matchArtifact: { type: 'docker/image', name: 'shop' }, ...more },
  ],
});
const listing = { expectedArtifactIds: ['img'] };
const withDefault = { useDefaultArtifact: true, defaultArtifact: image('0') };
const withPrior = { usePriorArtifact: true };
const earlier = (executionId: string, ...versions: string[]) => ({ executionId, artifacts: versions.map(image) });

/** What "Image" is bound to, and where that came from; or the refusal. */
const outcome = (...call: Parameters<typeof bindForTrigger>): unknown => {
  const binding = bindForTrigger(...call);
  if (!binding.bound) return binding.reason.summary;
  return binding.bindings.map(({ bound, origin }) => `${String(bound?.['version'])} ${origin ?? 'later'}`).join();
};

describe('a trigger binds what its pipeline expects', () => {
  it('to the one artifact received that matches, before any prior or default one', () => {
    const pipeline = expects({ ...withPrior, ...withDefault });
    expect(outcome(pipeline, listing, [{ type: 'http/file' }, image('2')], [earlier('e1', '1')])).toBe('2 received');
  });

  it('else to that of the newest earlier execution that had one', () => {
    const prior = [earlier('e3'), earlier('e2', '2'), earlier('e1', '1')];
    const binding = bindForTrigger(expects({ ...withPrior, ...withDefault }), listing, [], prior);
    expect(binding.bindings[0]).toMatchObject({ bound: image('2'), origin: 'prior', executionId: 'e2' });
  });

  it('else to its default, which satisfies the trigger', () => {
    expect(outcome(expects(withDefault), listing, [])).toBe('0 default');
    expect(outcome(expects({ ...withPrior, ...withDefault }), listing, [], [])).toBe('0 default');
  });

  it('else not at all: the refusal names what is expected, what was offered and why that is not it', () => {
    const binding = bindForTrigger(expects(), listing, [{ type: 'docker/image', name: 'cart', version: '1' }]);
    expect(binding).toMatchObject({
      bound: false,
      reason: {
        summary:
          'the expected artifact "Image" has nothing to be bound to: of what was received, cart 1 (docker/image): its name is "cart", not "shop"',
        evidence: { expectedArtifactId: 'img', received: [{ reason: 'its name is "cart", not "shop"' }] },
        next: expect.stringContaining('default'),
      },
    });
    expect(outcome(expects(), listing, [])).toContain('no artifact was received');
    expect(outcome(expects(withPrior), listing, [], [])).toContain('no earlier execution had one');
  });

  it('never to one of several: equal ones count once', () => {
    expect(outcome(expects(withDefault), listing, [image('1'), image('2')])).toContain('could be 2 artifacts');
    expect(outcome(expects(), listing, [image('1'), { ...image('1'), location: null }])).toBe('1 received');
    expect(outcome(expects(withPrior), listing, [], [earlier('e1', '1', '2')])).toContain('in execution e1');
    expect(outcome(expects(withPrior), listing, [image('1'), image('2')])).toContain('could be 2 artifacts');
  });

  it('and leaves the earlier executions to whoever starts it, where they were not looked up', () => {
    const binding = bindForTrigger(expects(withPrior), listing, []);
    expect(binding).toMatchObject({ bound: true, waits: [{ expectation: { id: 'img' } }] });
    expect(binding.reason.summary).toBe('"Image" is that of an earlier execution');
    const either = bindForTrigger(expects({ ...withPrior, ...withDefault }), listing, []);
    expect(either).toMatchObject({ bound: true, waits: [{ expectation: { id: 'img' } }] });
    expect(either.reason.summary).toBe('"Image" is that of an earlier execution, or else its default');
    expect(bindForTrigger(expects(withPrior), listing, [image('1')])).toMatchObject({ bound: true, waits: [] });
  });

  it('but passes over what it does not list, unless that has a prior or default artifact of its own', () => {
    expect(outcome(expects(), {}, [])).toBe('');
    expect(outcome(expects(), { expectedArtifactIds: ['other'] }, [])).toBe('');
    expect(outcome(expects(withDefault), {}, [])).toBe('0 default');
    expect(outcome(expects({ useDefaultArtifact: false, defaultArtifact: image('0') }), {}, [])).toBe('');
  });

  it('with all that it lists: one that is missing refuses it', () => {
    const two = {
      expectedArtifacts: [...expects().expectedArtifacts, { id: 'file', matchArtifact: { type: 'http/file' } }],
    };
    expect(outcome(two, { expectedArtifactIds: ['img', 'file'] }, [image('1')])).toContain('"file"');
  });
});

describe('whatever is received', () => {
  const versions = fc.array(fc.constantFrom('1', '2', '3'), { maxLength: 4 });

  it('what is bound is among it, or prior, or the default, in this order; more than one candidate refuses', () => {
    fc.assert(
      fc.property(
        versions,
        fc.array(versions, { maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        (now, before, usesPrior, usesDefault) => {
          const pipeline = expects({ ...(usesPrior && withPrior), ...(usesDefault && withDefault) });
          const prior = before.map((one, index) => earlier(`e${index}`, ...one));
          const nearest = [now, ...(usesPrior ? before : [])].find((one) => one.length > 0);
          const choices = new Set(nearest ?? (usesDefault ? ['0'] : []));
          const binding = bindForTrigger(pipeline, listing, now.map(image), prior);
          expect(binding.bound).toBe(choices.size === 1);
          if (binding.bound) expect([...choices]).toEqual([binding.bindings[0]?.bound?.['version']]);
        },
      ),
    );
  });

  it('documents of any shape are read or passed over, never thrown at', () => {
    const value = fc.anything();
    fc.assert(
      fc.property(
        value,
        value,
        fc.array(fc.dictionary(fc.string(), value)),
        (expectedArtifacts, expectedArtifactIds, received) => {
          const binding = bindForTrigger({ expectedArtifacts }, { expectedArtifactIds }, received, []);
          expect(binding.reason.summary).not.toBe('');
        },
      ),
    );
  });
});

it('a trigger that was bound holds each artifact once, and the expectations with what they are bound to', () => {
  const received = [image('2'), { type: 'http/file', reference: 'x' }];
  const pipeline = {
    expectedArtifacts: [...expects().expectedArtifacts, { id: 'd', matchArtifact: { name: 'd' }, ...withDefault }],
  };
  const { bindings } = bindForTrigger(pipeline, listing, received, []);
  const resolved = [
    { id: 'img', boundArtifact: image('2') },
    { id: 'd', boundArtifact: image('0') },
  ];
  expect(withBoundArtifacts({ type: 'webhook' }, received, bindings)).toMatchObject({
    type: 'webhook',
    artifacts: [...received, image('0')],
    expectedArtifacts: resolved,
    resolvedExpectedArtifacts: resolved,
  });
});
