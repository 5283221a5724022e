import { expect, it } from 'vitest';
import { describe as description } from './description.ts';
import { createServerGroupStageSchema } from './schema.ts';

const bound = (type: string) => ({
  id: 'img',
  boundArtifact: { type, name: 'shop-2', reference: 'projects/p/global/images/shop-2' },
});
const operation = (context: Record<string, unknown>, type = 'gce/image') =>
  description({
    application: 'shop',
    context: createServerGroupStageSchema.parse({ account: 'lab', region: 'r1', ...context }),
    trigger: { type: 'manual', resolvedExpectedArtifacts: [bound(type)] },
    ancestorOutputs: () => [],
    evaluate: (text: string) => ({ value: text, problems: [] }),
  } as never);

it('deploys the image that an artifact names, and tells the cloud of the image alone', () => {
  const made = operation({ imageSource: 'artifact', imageArtifactId: 'img', image: 'old' });
  expect(made).toMatchObject({ image: 'shop-2' });
  expect(Object.keys(made).filter((key) => key.startsWith('image'))).toEqual(['image']);
  expect(
    operation({ imageSource: 'ARTIFACT', imageArtifact: { type: 'gce/image', reference: 'cart-1' } })['image'],
  ).toBe('cart-1');
});

it('refuses an artifact that is no image of the cloud, or none at all', () => {
  expect(() => operation({ imageArtifactId: 'img' }, 'docker/image')).toThrow('must be a gce/image');
  expect(() => operation({ imageArtifactId: 'other' })).toThrow('Nothing is bound');
  expect(() => operation({ imageSource: 'artifact' })).toThrow('none is named');
});
