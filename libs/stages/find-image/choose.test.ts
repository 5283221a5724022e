import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { describe, expect, it } from 'vitest';
import { chooseImage } from './choose.ts';

const group = (name: string, more: Partial<ServerGroup> & { size?: number } = {}): ServerGroup =>
  ({
    name,
    createdTime: Number(name.slice(-3)),
    isDisabled: false,
    image: `image-of-${name}`,
    instances: Array.from({ length: more.size ?? 1 }, (_, index) => ({ name: `${name}-${index}` })),
    ...more,
  }) as unknown as ServerGroup;
const groups = [
  group('hello-v001', { size: 2 }),
  group('hello-v003', { isDisabled: true }),
  group('hello-v002', { size: 1 }),
];
const choose = (settings: Partial<Parameters<typeof chooseImage>[1]> = {}, of = groups) =>
  chooseImage(of, { selectionStrategy: 'NEWEST', onlyEnabled: true, ...settings });
const imageOf = (found: ReturnType<typeof choose>): string =>
  'image' in found ? found.image : `nothing: ${found.problem}`;

describe('the image of a cluster', () => {
  it('is that of the newest, oldest or largest enabled server group', () => {
    expect(imageOf(choose())).toBe('image-of-hello-v002');
    expect(imageOf(choose({ selectionStrategy: 'OLDEST' }))).toBe('image-of-hello-v001');
    expect(imageOf(choose({ selectionStrategy: 'LARGEST' }))).toBe('image-of-hello-v001');
  });

  it('may be that of a disabled one where this is allowed', () => {
    expect(imageOf(choose({ onlyEnabled: false }))).toBe('image-of-hello-v003');
    expect(imageOf(choose({}, [group('hello-v000', { isDisabled: true })]))).toBe(
      'nothing: none of its 1 server groups is enabled',
    );
  });

  it('must match the pattern as a whole', () => {
    expect(imageOf(choose({ imageNamePattern: '.*v001' }))).toBe('image-of-hello-v001');
    expect(imageOf(choose({ imageNamePattern: 'v001' }))).toContain('no image matches v001; there are image-of-');
    expect(() => choose({ imageNamePattern: '(' })).toThrow();
  });

  it('is none where several server groups could be meant and FAIL wants one', () => {
    expect(imageOf(choose({ selectionStrategy: 'FAIL' }))).toContain('it has 2 server groups (hello-v001, hello-v002)');
    expect(imageOf(choose({ selectionStrategy: 'FAIL' }, [group('hello-v000')]))).toBe('image-of-hello-v000');
    expect(imageOf(choose({}, []))).toBe('nothing: it has no server group there');
  });
});
