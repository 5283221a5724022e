import { TestCloud } from '@gennaker/cloudlab/cloud.fixture';
import { beforeEach, describe, expect, test } from 'vitest';
import { refusals } from './iam.fixture.ts';
import { gceInventory } from './inventory.ts';
import { labCompute } from './lab.fixture.ts';
import { PERMISSIONS } from './permissions.ts';
import { verifyAccount } from './verify-account.ts';

let lab: TestCloud;
beforeEach(async () => {
  lab = new TestCloud();
  await lab.cloud.start();
});

/** What verifying finds at Google of an account with these permissions; `projects`: those that its credentials list. */
const atGoogle = (granted: readonly string[], projects: readonly string[] = ['p']) => {
  const refuse = refusals(new Set(granted));
  const { compute, requests } = labCompute(lab, { endpoint: undefined }, (method, url, body) => {
    if (url.pathname === '/v1/projects')
      return Response.json({ projects: projects.map((projectId) => ({ projectId, lifecycleState: 'ACTIVE' })) });
    return refuse(method, url, body);
  });
  return { requests, found: verifyAccount(compute) };
};

describe('permissions', () => {
  test('an account that is granted what Gennaker uses works', async () => {
    const { checks, missingPermissions } = await atGoogle(PERMISSIONS).found;
    expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(missingPermissions).toEqual([]);
    expect(checks).toContainEqual(expect.objectContaining({ name: 'permissions', outcome: 'ok' }));
  });

  test('an account without any role is told every permission that it lacks', async () => {
    const { checks, missingPermissions } = await atGoogle([]).found;
    expect(new Set(missingPermissions)).toEqual(new Set(PERMISSIONS));
    expect(checks.find(({ name }) => name === 'project')).toMatchObject({ outcome: 'failed' });
    expect(checks.find(({ name }) => name === 'permission compute.instances.list')).toMatchObject({
      outcome: 'failed',
      reason: { next: expect.stringContaining('Compute Viewer') },
    });
  });

  test('what only some operations take is missed too, by its name in IAM', async () => {
    const lacks = ['compute.instances.reset', 'compute.urlMaps.update', 'compute.subnetworks.use'];
    const { checks, missingPermissions } = await atGoogle(PERMISSIONS.filter((each) => !lacks.includes(each))).found;
    expect(missingPermissions.toSorted()).toEqual(lacks.toSorted());
    const summary = `Of ${PERMISSIONS.length} permissions that reads and operations take, 3 are missing: `;
    expect(checks.find(({ name }) => name === 'permissions')).toMatchObject({
      outcome: 'failed',
      reason: { summary: expect.stringContaining(summary) },
    });
  });

  test('a compatible address is not asked, and lists that it refuses are missing', async () => {
    const refuse = refusals(new Set(PERMISSIONS.filter((each) => each !== 'compute.autoscalers.list')));
    const { compute, requests } = labCompute(lab, {}, refuse);
    const { checks, missingPermissions } = await verifyAccount(compute);
    expect(missingPermissions).toEqual(['compute.autoscalers.list']);
    expect(checks.find(({ name }) => name === 'permissions')).toMatchObject({ outcome: 'unknown' });
    expect(requests.filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  test('credentials that nothing accepts are no missing permissions', async () => {
    const { compute } = labCompute(lab, {}, () =>
      Response.json({ error: { code: 401, message: 'Invalid Credentials', errors: [] } }, { status: 401 }),
    );
    const { checks, missingPermissions } = await verifyAccount(compute);
    expect(missingPermissions).toEqual([]);
    expect(checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(['project failed']);
  });
});

test('whatever a look at the account lists is tried, one page of each', async () => {
  await lab.group('shop-v000', 1);
  const look = labCompute(lab);
  await gceInventory(look.compute).snapshot();
  const lists = look.requests.filter((line) => /^GET .*\/(?:aggregated|global)\/[^/]+$/.test(line));
  for (const name of ['a', 'b', 'c'])
    await lab.done('POST', 'global/firewalls', { name, allowed: [{ IPProtocol: 'tcp' }] });
  const tried = labCompute(lab);
  await verifyAccount(tried.compute);
  expect(tried.requests).toEqual(expect.arrayContaining([...new Set(lists)]));
  expect(tried.requests.filter((line) => line.endsWith('/global/firewalls'))).toHaveLength(1);
});

describe('quotas', () => {
  const limit = (order: object) => lab.call('PUT', '/lab/v1/quotas', { project: 'p', ...order });
  const quotas = async () => {
    const { checks } = await verifyAccount(labCompute(lab).compute);
    return checks.filter(({ name }) => name.startsWith('quota')).map(({ name, outcome }) => `${name}: ${outcome}`);
  };

  test('there is room in the regions and in the project', async () => {
    expect(await quotas()).toEqual(['quota us-central1: ok', 'quota project p: ok']);
  });

  test('those of a project that cannot be read itself are unknown, and nothing else is held up by that', async () => {
    const { checks, missingPermissions } = await verifyAccount(
      labCompute(lab, {}, refusals(new Set(PERMISSIONS))).compute,
    );
    expect(checks.find(({ name }) => name === 'quota project p')).toMatchObject({ outcome: 'unknown' });
    expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(missingPermissions).toEqual([]);
  });

  test('one that is used up fails, in a region and in the project', async () => {
    await lab.group('shop-v000', 2);
    await lab.clock.advance(60_000);
    await limit({ region: 'us-central1', metric: 'INSTANCES', limit: 2 });
    await limit({ metric: 'INSTANCE_TEMPLATES', limit: 1 });
    expect(await quotas()).toEqual([
      'quota us-central1 INSTANCES: failed',
      'quota project p INSTANCE_TEMPLATES: failed',
    ]);
  });
});
