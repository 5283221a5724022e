import { expect, test } from 'vitest';
import { projectsCheck } from './projects.ts';

test('the projects that credentials see are told, so that one can be chosen', () => {
  expect(projectsCheck('shop', ['lab', 'shop'])).toMatchObject({
    outcome: 'ok',
    reason: { summary: 'These credentials see the projects lab, shop' },
  });
});

test('a project that is not among them is a warning, as it may be usable all the same', () => {
  expect(projectsCheck('shpo', ['lab', 'shop'])).toMatchObject({
    outcome: 'warning',
    reason: { summary: expect.stringContaining('lab, shop'), evidence: { projects: ['lab', 'shop'] } },
  });
  expect(projectsCheck('shop', []).reason.summary).toContain('they list none');
});

test('of very many projects the first are named and the rest are counted', () => {
  const many = Array.from({ length: 60 }, (_, index) => `p-${index}`);
  expect(projectsCheck('p-1', many).reason.summary).toMatch(/p-49 and 10 more$/);
});
