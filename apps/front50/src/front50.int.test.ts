import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestFront50, refused } from './front50.fixture.ts';

let front50: TestFront50;
let client: TestFront50['client'];
beforeAll(async () => {
  front50 = await TestFront50.start();
  client = front50.client;
});
afterAll(() => front50.stop());

const save: TestFront50['save'] = (...pipeline) => front50.save(...pipeline);

describe('applications', () => {
  it('are found in any case, merged, and keep unknown keys', async () => {
    await client.upsertApplication({
      params: { application: 'Hello' },
      body: { email: 'a@b.c', cloudProviders: ['gce', 'aws'], customBanners: [{ text: 'hi' }] },
    });
    const merged = await client.upsertApplication({
      params: { application: 'hello' },
      body: { name: 'HELLO', description: 'says hello', email: null },
    });
    expect(merged).toMatchObject({
      name: 'hello',
      email: 'a@b.c',
      description: 'says hello',
      cloudProviders: 'gce,aws',
      customBanners: [{ text: 'hi' }],
      lastModifiedBy: 'ada',
      createTs: String(front50.now),
    });
    expect(await client.getApplication({ params: { application: 'HELLO' } })).toEqual(merged);
  });

  it.each([
    ['my-app', { email: 'a@b.c' }, 'name'],
    ['my-app', { email: 'a@b.c', cloudProviders: 'gce,kubernetes' }, 'name'],
    ['1app', { email: 'a@b.c', cloudProviders: 'gce' }, 'name'],
    ['x'.repeat(45), { email: 'a@b.c', cloudProviders: 'gce' }, 'name'],
    ['noowner', {}, 'email'],
    ['odd', { email: 'a@b.c', description: 5 }, 'description'],
    ['other', { email: 'a@b.c', name: 'another' }, 'name'],
    ['unguarded', { email: 'a@b.c', trafficGuards: [{ account: 'prod' }] }, 'trafficGuards.0.location'],
  ])('refuses %s', async (application, body, field) => {
    const error = await refused(client.upsertApplication({ params: { application }, body }));
    expect(error).toMatchObject({ status: 400, details: { field } });
    expect(await refused(client.getApplication({ params: { application } }))).toMatchObject({ status: 404 });
  });

  it('of other clouds alone may have hyphens in their names', async () => {
    const body = { email: 'a@b.c', cloudProviders: ['kubernetes'] };
    const saved = await client.upsertApplication({ params: { application: 'With-Hyphen' }, body });
    expect(saved.name).toBe('with-hyphen');
  });

  it('take their pipelines along when they are deleted', async () => {
    await client.upsertApplication({ params: { application: 'gone' }, body: { email: 'a@b.c' } });
    await save({ name: 'P', application: 'GONE' });
    await client.deleteApplication({ params: { application: 'Gone' } });
    expect(await client.listPipelines({ query: { application: 'gone' } })).toEqual([]);
  });
});

describe('tasks', () => {
  const submit = (job: Record<string, unknown>[], key?: string) =>
    client.submitTask(
      { body: { application: 'Tasked', description: 'Try', job: job as { type: string }[] } },
      key === undefined ? {} : { key },
    );

  it('carry out all jobs or none, and tell why', async () => {
    const failed = await submit([
      { type: 'createApplication', application: { name: 'tasked', email: 'a@b.c' } },
      { type: 'savePipeline', pipeline: Buffer.from('{"name":"x"}').toString('base64') },
    ]);
    expect(failed.status).toBe('TERMINAL');
    expect(failed.steps.map((step) => step.status)).toEqual(['CANCELED', 'TERMINAL']);
    expect(failed.variables[0]).toMatchObject({
      key: 'exception',
      value: { details: { errors: ['A pipeline needs its application', 'Fix: add "application" as text'] } },
    });
    expect(await refused(client.getApplication({ params: { application: 'tasked' } }))).toMatchObject({ status: 404 });
    expect(await client.getTask({ params: { id: failed.id } })).toEqual(failed);
  });

  it('are done once per key', async () => {
    const job = [{ type: 'createApplication', application: { name: 'tasked', email: 'a@b.c' }, user: 'bob' }];
    const first = await submit(job, 'k1');
    expect(first).toMatchObject({ status: 'SUCCEEDED', name: 'Try', application: 'tasked' });
    expect((await submit(job, 'k1')).id).toBe(first.id);
    expect((await client.listTasks({ params: { application: 'tasked' } })).map((task) => task.id)).toContain(first.id);
  });
});

describe('what was saved comes back', () => {
  it("a pipeline's versions tell what changed and who did it; each part has its author", async () => {
    const { pipeline } = await save({
      name: 'Told',
      application: 'hello',
      stages: [
        { type: 'wait', refId: '1', name: 'First', waitTime: 1 },
        { type: 'wait', refId: '2', name: 'Second', waitTime: 1 },
      ],
    });
    const id = pipeline.id ?? '';
    const [first, second] = pipeline.stages ?? [];
    await save({ ...pipeline, stages: [{ ...first, waitTime: 9 }, second] });
    const [newest] = await client.pipelineChanges({ params: { id } });
    expect(newest).toMatchObject({ version: 2, lastModifiedBy: 'ada', deleted: false });
    expect(newest?.changes.map(({ sentence }) => sentence)).toContain('stages[First].waitTime 1 became 9');
    const diff = await client.pipelineDiff({ params: { id }, query: { from: 2, to: 1 } });
    expect(diff.changes.map(({ path }) => path)).toContain('stages[First].waitTime');
    expect(await refused(client.pipelineDiff({ params: { id }, query: { from: 1, to: 7 } }))).toMatchObject({
      status: 404,
    });
    const blame = await client.pipelineBlame({ params: { id } });
    expect(blame.find(({ path }) => path === 'stages[1]')?.version).toBe(2);
    expect(blame.find(({ path }) => path === 'stages[2]')?.version).toBe(1);
    const restored = await client.restorePipelineVersion({ params: { id }, body: { version: 1 } });
    expect(restored['stages']).toMatchObject([{ waitTime: 1 }, { waitTime: 1 }]);
  });

  it('a stale save has both sides and where they collide', async () => {
    const { pipeline } = await save({ name: 'Sides', application: 'hello', a: 1, b: 1 });
    await save({ ...pipeline, a: 2 });
    const error = await refused(save({ ...pipeline, a: 3, b: 2 }, { staleCheck: 'true' }));
    expect(error.details['stale']).toMatchObject({
      theirs: [{ path: 'a', before: 1, after: 2 }],
      yours: [{ path: 'a' }, { path: 'b' }],
      conflicts: ['a'],
    });
  });

  it('what was deleted waits in the recycle bin, with its id, and is restored with its history', async () => {
    await client.upsertApplication({ params: { application: 'bin' }, body: { email: 'a@b.c', color: 'red' } });
    const { pipeline } = await save({ name: 'Kept', application: 'bin', n: 1 });
    const id = pipeline.id ?? '';
    await client.deleteApplication({ params: { application: 'bin' } });
    const deleted = await client.listDeleted({ query: { application: 'bin' } });
    expect(deleted.map(({ kind, name, deletedBy }) => [kind, name, deletedBy])).toEqual(
      expect.arrayContaining([
        ['application', 'bin', 'ada'],
        ['pipeline', 'Kept', 'ada'],
      ]),
    );
    await client.restoreDeleted({ params: { kind: 'application', id: 'bin' } });
    await client.restoreDeleted({ params: { kind: 'pipeline', id } });
    expect(await client.getApplication({ params: { application: 'bin' } })).toMatchObject({ color: 'red' });
    expect(await client.getPipeline({ params: { id } })).toMatchObject({ name: 'Kept', n: 1 });
    expect(await client.listDeleted({ query: { application: 'bin' } })).toEqual([]);
    expect(await refused(client.restoreDeleted({ params: { kind: 'pipeline', id } }))).toMatchObject({ status: 404 });
    const changes = await client.pipelineChanges({ params: { id } });
    expect(changes.map(({ deleted: gone }) => gone)).toEqual([false, true, false]);
    const history = await client.applicationHistory({ params: { application: 'bin' } });
    expect(history.map((version) => version['version'])).toEqual([3, 1]);
  });
});

describe('projects', () => {
  const task = (job: Record<string, unknown> & { type: string }) =>
    client.submitTask({ body: { application: 'spinnaker', job: [job] } });

  it('are made and changed by tasks, found by name and id, and unique by name', async () => {
    await task({
      type: 'upsertProject',
      project: { name: 'Shop', email: 'a@b.c', config: { applications: ['hello', 'order'] } },
    });
    const project = await client.getProject({ params: { id: 'SHOP' } });
    expect(project).toMatchObject({
      name: 'Shop',
      email: 'a@b.c',
      config: { applications: ['hello', 'order'], pipelineConfigs: [], clusters: [] },
    });
    expect(await client.getProject({ params: { id: project.id } })).toEqual(project);
    const twice = await task({ type: 'upsertProject', project: { name: 'shop' } });
    expect(twice.status).toBe('TERMINAL');
    await task({ type: 'upsertProject', project: { ...project, email: 'x@y.z' } });
    expect(await client.getProject({ params: { id: 'shop' } })).toMatchObject({
      id: project.id,
      email: 'x@y.z',
      createTs: project.createTs,
    });
    expect(await client.projectHistory({ params: { id: 'shop' } })).toHaveLength(2);
    expect((await task({ type: 'upsertProject', project: { name: ' ' } })).status).toBe('TERMINAL');
  });

  it('lose an application that is deleted, and go with their last one', async () => {
    for (const application of ['left', 'last'])
      await client.upsertApplication({ params: { application }, body: { email: 'a@b.c' } });
    await task({ type: 'upsertProject', project: { name: 'Two', config: { applications: ['left', 'last'] } } });
    await client.deleteApplication({ params: { application: 'left' } });
    expect(await client.getProject({ params: { id: 'two' } })).toMatchObject({ config: { applications: ['last'] } });
    await client.deleteApplication({ params: { application: 'last' } });
    expect(await refused(client.getProject({ params: { id: 'two' } }))).toMatchObject({ status: 404 });
  });

  it('are deleted by name or id', async () => {
    await task({ type: 'upsertProject', project: { name: 'Gone' } });
    expect((await task({ type: 'deleteProject', project: { name: 'gone' } })).status).toBe('SUCCEEDED');
    expect((await client.listProjects({})).map(({ name }) => name)).not.toContain('Gone');
    expect((await client.listDeleted({ query: {} })).map(({ name }) => name)).toContain('Gone');
  });
});

describe('tags of entities', () => {
  const entityRef = { entityType: 'ServerGroup', entityId: 'Hello-main-v000', account: 'prod', region: 'eu' };
  const id = '*:servergroup:hello-main-v000:prod:eu';
  const put = (tags: { name: string; value: unknown; namespace?: string }[], isPartial = true) =>
    client.upsertEntityTags({ body: { entityRef, tags, isPartial } });

  it('are put in the place of those of their name, and tell who wrote them', async () => {
    await put([
      { name: 'tested', value: 'no' },
      { name: 'owner', value: 'shop' },
    ]);
    const stored = await put([{ name: 'tested', value: 'yes' }]);
    expect(stored).toMatchObject({
      id,
      tags: [
        { name: 'owner', namespace: 'default', value: 'shop' },
        { name: 'tested', namespace: 'default', value: 'yes' },
      ],
      tagsMetadata: [{ name: 'owner' }, { name: 'tested', createdBy: 'ada', lastModifiedBy: 'ada' }],
    });
    expect(await client.getEntityTags({ params: { id: id.toUpperCase() } })).toEqual(stored);
  });

  it('are found by what the entity is and by tag', async () => {
    await client.upsertEntityTags({
      body: { entityRef: { entityType: 'application', entityId: 'other' }, tags: [{ name: 'owner', value: 'bank' }] },
    });
    const found = async (query: Record<string, string>) =>
      (await client.listEntityTags({ query })).map(({ entityRef: of }) => of.entityId);
    expect(await found({})).toEqual(['other', 'Hello-main-v000']);
    expect(await found({ entityType: 'servergroup', account: 'PROD' })).toEqual(['Hello-main-v000']);
    expect(await found({ entityId: 'hello-main-v000,nobody' })).toEqual(['Hello-main-v000']);
    expect(await found({ application: 'hello' })).toEqual(['Hello-main-v000']);
    expect(await found({ 'tag:owner': 'bank' })).toEqual(['other']);
    expect(await found({ 'tag:tested': '*' })).toEqual(['Hello-main-v000']);
    expect(await found({ maxResults: '1' })).toHaveLength(1);
  });

  it('are taken away by name, or altogether; two who tag at once both have their way', async () => {
    await client.deleteEntityTags({ params: { id }, query: { tags: 'owner' } });
    await Promise.all(['a', 'b', 'c'].map((name) => put([{ name, value: 1 }])));
    const { tags } = await client.getEntityTags({ params: { id } });
    expect(tags.map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'c', 'tested']);
    expect((await put([{ name: 'only', value: 1 }], false)).tags).toHaveLength(1);
    await client.deleteEntityTags({ params: { id } });
    expect(await refused(client.getEntityTags({ params: { id } }))).toMatchObject({ status: 404 });
    expect(await refused(client.deleteEntityTags({ params: { id } }))).toMatchObject({ status: 404 });
    expect((await client.listDeleted({ query: {} })).map((one) => one.id)).not.toContain(id);
  });
});

describe('notifications of applications', () => {
  const params = { level: 'application', application: 'hello' } as const;
  const slack = { type: 'slack', level: 'application', address: '#ops', when: ['pipeline.failed'] } as const;

  it('are an empty object, then what was saved, then nothing again', async () => {
    expect(await client.getNotificationSettings({ params })).toEqual({});
    await client.saveNotificationSettings({ params, body: { application: 'hello', slack: [slack] } });
    expect(await client.getNotificationSettings({ params: { ...params, application: 'HELLO' } })).toEqual({
      application: 'hello',
      slack: [slack],
      lastModified: expect.any(Number) as number,
      lastModifiedBy: 'ada',
    });
    await client.deleteNotificationSettings({ params });
    expect(await client.getNotificationSettings({ params })).toEqual({});
  });

  it('of all applications stand for themselves', async () => {
    await client.saveNotificationSettings({
      params: { level: 'global', application: 'global' },
      body: { slack: [slack] },
    });
    expect(await client.getNotificationSettings({ params: { level: 'global', application: 'any' } })).toMatchObject({
      application: 'global',
    });
    expect(await client.getNotificationSettings({ params })).toEqual({});
  });

  it('are refused under the name of another type', async () => {
    const wrong = client.saveNotificationSettings({ params, body: { email: [slack] } });
    expect(await refused(wrong)).toMatchObject({ status: 400 });
  });
});
