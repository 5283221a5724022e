import { describe, expect, it } from 'vitest';
import { artifactsBefore, boundArtifact } from './bound-artifact.ts';

const bound = (id: string, reference: string) => ({ id, boundArtifact: { type: 'gce/image', reference } });
/** A task after a near and a far stage, of an execution that began with artifacts; `${x}` is worth "seen". */
const task = {
  trigger: {
    type: 'manual',
    artifacts: [{ name: 'given' }],
    resolvedExpectedArtifacts: [bound('a', 'began'), bound('b', 'began-${x}')],
  },
  ancestorOutputs: (key: string) =>
    key === 'artifacts'
      ? [[{ name: 'near' }], [{ name: 'far' }, { name: 'given' }]]
      : [[bound('a', 'near')], [bound('a', 'far')]],
  evaluate: (text: string) =>
    text.includes('${x}') ? { value: text.replace('${x}', 'seen'), problems: [] } : { value: text, problems: ['no y'] },
};

describe('a stage', () => {
  it('uses what the nearest stage before bound, else what the execution began with', () => {
    expect(boundArtifact(task, 'a', 'imageArtifactId').reference).toBe('near');
    expect(boundArtifact(task, 'b', 'imageArtifactId').reference).toBe('began-seen');
  });

  it('is told which are bound when its own is not', () => {
    expect(() => boundArtifact(task, 'c', 'imageArtifactId')).toThrow(
      expect.objectContaining({ status: 422, details: { field: 'imageArtifactId', fix: 'use one of a, b' } }),
    );
  });

  it('is told which expression of its artifact has no value', () => {
    const open = { ...task, trigger: { type: 'manual', resolvedExpectedArtifacts: [bound('d', '${y}')] } };
    expect(() => boundArtifact(open, 'd', 'imageArtifactId')).toThrow('${y} has no value: no y');
  });

  it('sees the artifacts of the stages before it and of the trigger, each once', () => {
    expect(artifactsBefore(task).map(({ name }) => name)).toEqual(['near', 'far', 'given']);
  });
});
