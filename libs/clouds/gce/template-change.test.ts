import { expect, test } from 'vitest';
import { nextTemplateName } from './template-change.ts';

test('the template of a group with a long name has a name that Google takes, another one for each operation', () => {
  const requestId = (purpose: string) => (purpose === 'template name' ? '01234567-89ab' : '');
  expect(nextTemplateName({ requestId }, 'hello-prod-v001')).toBe('hello-prod-v001-01234567');
  expect(nextTemplateName({ requestId }, `a${'b'.repeat(62)}`)).toBe(`a${'b'.repeat(53)}-01234567`);
});
