import { describe, expect, it } from 'vitest';
import { artifactsApart, resultApart } from './stored-artifacts.ts';

const large = Buffer.from('x'.repeat(90)).toString('base64');
const artifact = (type: string, reference: string) => ({ type, name: 'a', reference, metadata: { id: '1' } });

describe('the content of an artifact', () => {
  it('beyond the size is kept apart, as what its reference then says', () => {
    const value = {
      other: large,
      artifacts: [artifact('embedded/base64', large), artifact('embedded/base64', 'YQ==')],
    };
    const { value: changed, blobs } = artifactsApart(value, 'shop', 100);
    expect(blobs).toEqual([{ hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string, data: JSON.stringify(large) }]);
    expect(changed).toEqual({
      other: large,
      artifacts: [
        { ...artifact('remote/base64', `ref://shop/${blobs[0]?.hash}`) },
        artifact('embedded/base64', 'YQ=='),
      ],
    });
    expect(value.artifacts[0]?.reference).toBe(large);
  });

  it('that is an object stays one that is read by its properties', () => {
    const { value } = artifactsApart({ artifacts: [artifact('embedded/map/base64', large)] }, 'shop', 100);
    expect(value.artifacts[0]?.type).toBe('remote/map/base64');
  });

  it('is found where artifacts are bound, in contexts and in outputs', () => {
    const bound = { resolvedExpectedArtifacts: [{ id: 'e', boundArtifact: artifact('embedded/base64', large) }] };
    const { value, blobs } = resultApart({ status: 'SUCCEEDED', context: bound, outputs: bound }, 'shop', 100);
    expect(blobs).toHaveLength(2);
    for (const bag of [value.context, value.outputs])
      expect(bag).toMatchObject({ resolvedExpectedArtifacts: [{ id: 'e', boundArtifact: { type: 'remote/base64' } }] });
  });

  it('stays where it is small, or lies elsewhere: the very same value', () => {
    for (const value of [
      { artifacts: [artifact('embedded/base64', 'YQ=='), artifact('docker/image', large)] },
      { artifacts: 'none', text: large },
      {},
    ])
      expect(artifactsApart(value, 'shop', 100)).toEqual({ value, blobs: [] });
    const result = { status: 'SUCCEEDED', outputs: {} } as const;
    expect(resultApart(result, 'shop', 0).value).toBe(result);
  });
});
