import { describe, expect, it } from 'vitest';
import { newestTagged, type TaggedImage } from './tagged.ts';

const image = (imageName: string, day: number, more: Partial<TaggedImage> = {}): TaggedImage => ({
  imageName,
  account: 'local-gce',
  attributes: { creationDate: `2026-01-0${day}T00:00:00.000-08:00` },
  ...more,
});
const images = [
  image('hello-1-0', 1, { tags: { stage: 'prod', tested: 'yes' } }),
  image('hello-1-1', 2, { tags: { stage: 'prod' } }),
  image('hello-1-2', 3, { tags: { stage: 'test' } }),
  image('hello-world-1', 4, { tags: { stage: 'prod' }, buildInfo: { package_name: 'hello-world' } }),
  image('nightly', 1, { tags: { stage: 'prod' }, buildInfo: { package_name: 'nightly-build' } }),
];
const found = (packageName: string, tags: Record<string, string>) => newestTagged(images, packageName, tags)?.imageName;

describe('an image with tags', () => {
  it('is the newest that has all of them', () => {
    expect(found('hello', { stage: 'prod' })).toBe('hello-1-1');
    expect(found('hello', { stage: 'prod', tested: 'yes' })).toBe('hello-1-0');
    expect(found('hello', {})).toBe('hello-1-2');
  });

  it('holds the package by what its bake wrote, or by its name where there is no such word', () => {
    expect(found('hello-world', { stage: 'prod' })).toBe('hello-world-1');
    expect(found('nightly-build', {})).toBe('nightly');
    expect(found('nightly', {})).toBeUndefined();
    expect(found('hel', {})).toBeUndefined();
  });

  it('is none where a tag is absent or has another value', () => {
    expect(found('hello', { stage: 'none' })).toBeUndefined();
    expect(found('hello', { owner: 'prod' })).toBeUndefined();
  });
});
