import { expect, test } from 'vitest';
import { MASK, masker } from './masking.ts';

test('masks every occurrence, the longer secret first', () => {
  const mask = masker(['token', 'token-long']);
  expect(mask('a token-long b token c')).toBe(`a ${MASK} b ${MASK} c`);
});

test('leaves very short values alone', () => {
  expect(masker(['a', ''])('banana')).toBe('banana');
});
