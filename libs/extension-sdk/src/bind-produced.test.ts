import { describe, expect, it } from 'vitest';
import { bindProduced, bindsProduced } from './bind-produced.ts';

const file = (name: string) => ({ type: 'embedded/base64', name, reference: 'eA==' });
const expects = (name: string, more: Record<string, unknown> = {}) => ({ id: name, matchArtifact: { name }, ...more });

describe('what a stage produced is bound to what it expects', () => {
  it('the first of several, as a bake for two regions makes two', () => {
    const west = { ...file('a'), location: 'west' };
    const east = { ...file('a'), location: 'east' };
    const resolvedExpectedArtifacts = [{ id: 'a', boundArtifact: west }];
    expect(bindProduced([expects('a')], [west, east])).toMatchObject({
      status: 'SUCCEEDED',
      outputs: { artifacts: [west, east], resolvedExpectedArtifacts },
      context: { resolvedExpectedArtifacts },
    });
  });

  it('or to its default; without one the stage fails and says why', () => {
    const byDefault = expects('a', { useDefaultArtifact: true, defaultArtifact: file('d') });
    expect(bindProduced([byDefault], []).outputs).toMatchObject({
      resolvedExpectedArtifacts: [{ boundArtifact: file('d') }],
    });
    expect(bindProduced([expects('a')], [file('b')])).toMatchObject({
      status: 'TERMINAL',
      reason: { summary: expect.stringContaining('its name is "b", not "a"') },
    });
  });

  it('by a last task, from the outputs, the context and where else a stage keeps them', async () => {
    expect(bindsProduced({})).toEqual([]);
    const context = {
      expectedArtifacts: ['a', 'b', 'c'].map((name) => expects(name)),
      artifacts: [file('b')],
      kept: [file('c')],
    };
    const [task] = bindsProduced(context, ({ kept }) => kept);
    const result = await task?.run({ context, stage: { outputs: { artifacts: [file('a')] } } } as never);
    expect(result?.outputs?.['artifacts']).toEqual(['a', 'b', 'c'].map(file));
  });
});
