import { expect, test, vi } from 'vitest';
import { ConformanceWorld } from './conformance.fixture.ts';
import { AT } from './conformance-scenarios.fixture.ts';

/** A world whose account may use the images of project `shared`; `base-1` and `both` are there, `own-1` and `both` here. */
async function world() {
  const opened = await ConformanceWorld.open(undefined, { imageProjects: ['shared', 'forbidden'] });
  const put = (project: string, name: string, team: string) =>
    opened.lab.call('POST', `/compute/v1/projects/${project}/global/images`, {
      name,
      rawDisk: { source: `file:///${name}` },
      description: `appversion: ${name}.0.0-h7/build/7`,
      labels: { team },
    });
  for (const [project, name, team] of [
    ['shared', 'base-1', 'base'],
    ['shared', 'both', 'base'],
    ['p', 'own-1', 'hello'],
    ['p', 'both', 'hello'],
  ] as const)
    expect((await put(project, name, team)).status).toBe(200);
  await opened.settle();
  const names = async (query: string, labels?: Record<string, string>) =>
    ((await opened.cloud.capabilities.images?.find(query, labels)) ?? []).map((image) => String(image['imageName']));
  return { world: opened, put, names };
}

test('images of all projects of an account are found, the own one where a name is taken twice', async () => {
  const { names } = await world();
  expect((await names('')).filter((name) => !name.startsWith('debian')).toSorted()).toEqual([
    'base-1',
    'both',
    'own-1',
  ]);
  expect(await names('both', { team: 'base' })).toEqual([]);
  expect(await names('', { team: 'hello' })).toHaveLength(2);
});

test('a project whose images may not be listed hides no other images', async () => {
  const { world: opened, names } = await world();
  const message = 'Required compute.images.list permission';
  const fault = { kind: 'fail-request', pathContains: 'projects/shared', status: 403, reason: 'forbidden', message };
  await opened.lab.call('POST', '/lab/v1/faults', fault);
  expect(await names('own')).toEqual(['own-1']);
});

test('an image that was tagged long ago is found among many newer ones', async () => {
  const { world: opened, put, names } = await world();
  for (let i = 0; i < 510; i++) await put('p', `own-1-${i}`, 'others');
  await opened.settle();
  expect(await names('own', { team: 'hello' })).toEqual(['own-1']);
});

test('an image of another project is tagged, and taken for what its bake wrote into it', async () => {
  const { world: opened, names } = await world();
  const tagged = await opened.run('upsertImageTags', { ...AT, imageName: 'base-1', tags: { stage: 'prod' } });
  expect(tagged.ended?.failure).toBeNull();
  expect(await names('base-1', { stage: 'prod' })).toEqual(['base-1']);

  const group = { ...AT, application: 'hello', image: 'base-1', capacity: { min: 1, max: 1, desired: 1 } };
  expect((await opened.run('createServerGroup', group, {}, 'create')).ended?.failure).toBeNull();
  await opened.settle();
  const requests = vi.spyOn(opened.lab.cloud, 'handle');
  for (let look = 0; look < 2; look++) {
    const seen = await opened.cloud.inventory.serverGroup(AT.region, 'hello-v000');
    expect(seen?.view).toMatchObject({ image: 'base-1', buildInfo: { package_name: 'base', version: '1.0.0' } });
  }
  const asked = requests.mock.calls.filter(([{ path }]) => path.endsWith('/projects/shared/global/images/base-1'));
  expect(asked).toHaveLength(1);
});
