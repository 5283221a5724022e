import { TestCloud } from '@gennaker/cloudlab/cloud.fixture';
import { expect, test } from 'vitest';
import { labCompute } from './lab.fixture.ts';
import { discoverProjects, projectsCheck } from './projects.ts';

const seen = (...ids: string[]) => ({ ids, more: false });
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `p-${index}`);

/** What is found where the credentials see so many projects, 200 a page. */
const discover = (count: number) => {
  const all = many(count);
  const { compute } = labCompute(new TestCloud(), { endpoint: undefined }, (_method, url) => {
    const from = Number(url.searchParams.get('pageToken') ?? 0);
    const projects = all.slice(from, from + 200).map((projectId) => ({ projectId }));
    return Response.json({ projects, ...(from + 200 < count ? { nextPageToken: `${from + 200}` } : {}) });
  });
  return discoverProjects(compute);
};

test('the projects that credentials see are told, so that one can be chosen', () => {
  expect(projectsCheck('shop', seen('lab', 'shop'))).toMatchObject({
    outcome: 'ok',
    reason: { summary: 'These credentials see the projects lab, shop' },
  });
});

test('a project that is not among them is a warning, as it may be usable all the same', () => {
  expect(projectsCheck('shpo', seen('lab', 'shop'))).toMatchObject({
    outcome: 'warning',
    reason: { summary: expect.stringContaining('lab, shop'), evidence: { projects: ['lab', 'shop'] } },
  });
  expect(projectsCheck('shop', seen()).reason.summary).toContain('they list none');
});

test('of very many projects the first are named and the rest are counted', () => {
  expect(projectsCheck('p-1', seen(...many(60))).reason.summary).toMatch(/p-49 and 10 more$/);
});

test('all pages are read, and where there are too many, that is told', async () => {
  expect(await discover(450)).toEqual({ ids: many(450).toSorted(), more: false });
  const found = await discover(5_000);
  expect(found).toMatchObject({ more: true });
  expect(found.ids).toHaveLength(4_000);
  expect(projectsCheck('other', found)).toMatchObject({
    outcome: 'unknown',
    reason: { summary: expect.stringContaining('not among the first 4000') },
  });
});
