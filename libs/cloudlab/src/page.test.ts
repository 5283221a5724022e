import { describe, expect, test } from 'vitest';
import { page } from './page.ts';

const items = ['a', 'b', 'c'];
const itself = (item: string): string => item;

describe('page', () => {
  test('the token leads to the rest, also when what it names is gone', () => {
    const { nextPageToken } = page(items, itself, { maxResults: '2' });
    expect(page(['a', 'c'], itself, { pageToken: nextPageToken ?? '' })).toEqual({ items: ['c'] });
  });

  test.each([
    ['maxResults', '-1'],
    ['maxResults', '501'],
    ['maxResults', 'all'],
    ['pageToken', 'c'],
    ['pageToken', '!!'],
  ])('%s=%s is refused with 400', (field, value) => {
    expect(() => page(items, itself, { [field]: value })).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining(field) }),
    );
  });
});
