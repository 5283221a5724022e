import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestFront50, refused } from '../front50.fixture.ts';

let front50: TestFront50;
let client: TestFront50['client'];
beforeAll(async () => {
  front50 = await TestFront50.start();
  client = front50.client;
  await client.upsertApplication({ params: { application: 'hello' }, body: { email: 'a@b.c' } });
});
afterAll(() => front50.stop());

const save: TestFront50['save'] = (...pipeline) => front50.save(...pipeline);
const count = async (): Promise<number> => {
  const { rows } = await front50.database.db.pool.query<{ n: number }>(
    'select count(*)::int as n from front50.pipelines',
  );
  return rows[0]?.n ?? -1;
};

describe('pipelines', () => {
  it('are kept exactly as they came, with identity, time and author beside', async () => {
    const text = '{ "name":"Raw",\n  "application":"hello", "n": 1.50, "custom":{"z":1,"a":2}, "stages":[] }\n';
    const saved = await save(text);
    const id = saved.pipeline.id ?? '';
    expect(saved.warnings).toEqual([]);
    expect(await client.getPipelineText({ params: { id } })).toBe(text);
    const stored = await client.getStoredPipeline({ params: { id } });
    expect(stored).toMatchObject({ text, version: 1, lastModifiedBy: 'ada', updateTs: String(front50.now) });
    expect(Object.keys(stored.pipeline['custom'] as object)).toEqual(['z', 'a']);
    expect(await client.getPipelineByName({ params: { application: 'HELLO', name: ' raw ' } })).toEqual(saved.pipeline);
  });

  it('have one name per application, whatever its case', async () => {
    const { pipeline } = await save({ name: 'Twice', application: 'hello' });
    expect(await refused(save({ name: 'TWICE ', application: 'Hello' }))).toMatchObject({
      status: 400,
      message: 'A pipeline with name TWICE already exists in application hello',
      details: { field: 'name', existingId: pipeline.id },
    });
    await save({ name: 'Twice', application: 'other' });
  });

  it('saved at the same moment under one name: one wins', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => save({ name: 'Race', application: 'hello' })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('refuse a stale save with who and when, keep versions, and tell deletion', async () => {
    const { pipeline: first } = await save({ name: 'Stale', application: 'hello', step: 1 });
    front50.advance(5);
    await save({ ...first, step: 2 }, { staleCheck: 'true' });
    const error = await refused(save({ ...first, step: 3 }, { staleCheck: 'true' }));
    expect(error).toMatchObject({
      status: 400,
      details: {
        field: 'updateTs',
        submittedUpdateTs: first.updateTs,
        stale: { updateTs: String(front50.now), lastModifiedBy: 'ada', version: 2, deleted: false },
      },
    });
    expect(error.message).toContain(`was saved by ada at ${new Date(front50.now).toISOString()}`);
    await save({ ...first, updateTs: undefined, step: 4 }, { staleCheck: 'true' });
    await save({ ...first, step: 5 });
    const id = first.id ?? '';
    const history = await client.pipelineHistory({ params: { id }, query: { limit: 3 } });
    expect(history.map((version) => [version['version'], version['step']])).toEqual([
      [4, 5],
      [3, 4],
      [2, 2],
    ]);
    expect(Number(history[0]?.updateTs)).toBeGreaterThan(Number(history[1]?.updateTs));
    const { pipeline: last } = await client.getStoredPipeline({ params: { id } });
    await client.deletePipeline({ params: { application: 'hello', name: 'stale' } });
    expect((await refused(save(last, { staleCheck: 'true' }))).details['stale']).toMatchObject({ deleted: true });
    expect(await client.pipelineHistory({ params: { id } })).toHaveLength(4);
  });

  it('of two stale-checked saves at the same moment, one is refused', async () => {
    const { pipeline } = await save({ name: 'Both', application: 'hello' });
    const results = await Promise.allSettled(
      [1, 2, 3].map((step) => save({ ...pipeline, step }, { staleCheck: 'true' })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('are not half saved when they are refused', async () => {
    const before = await count();
    expect((await refused(save('{"name": "X", "application": '))).message).toContain('line 1, column 30');
    await refused(
      save({ name: 'X', application: 'hello', stages: [{ type: 'wait', refId: 'a', requisiteStageRefIds: ['a'] }] }),
    );
    await refused(save({ name: 'X', application: 'hello', id: 'one' }, { id: 'two' }));
    for (const half of [{ name: 'X' }, { name: ' ', application: 'hello' }])
      expect(await refused(save(half))).toMatchObject({ status: 422 });
    expect(await count()).toBe(before);
  });

  it('keep their warnings', async () => {
    const { pipeline, warnings } = await save({
      name: 'Warned',
      application: 'nowhere',
      stages: [{ type: 'teleport' }],
    });
    expect(warnings.map((warning) => warning.field)).toEqual(['stages.0.type', 'application']);
    expect((await client.getStoredPipeline({ params: { id: pipeline.id ?? '' } })).warnings).toEqual(warnings);
  });

  it('are listed by index, then name, and by trigger type', async () => {
    await save({ name: 'b', application: 'listed' });
    await save({ name: 'a', application: 'listed', triggers: [{ type: 'webhook' }] });
    await save({ name: 'z', application: 'listed', index: 0 });
    const names = async (query: { triggerTypes?: string }) =>
      (await client.listPipelines({ query: { application: 'Listed', ...query } })).map((pipeline) => pipeline.name);
    expect(await names({})).toEqual(['z', 'a', 'b']);
    expect(await names({ triggerTypes: 'webhook,jenkins' })).toEqual(['a']);
  });

  it('name those there are when one is not found', async () => {
    const error = await refused(client.getPipelineByName({ params: { application: 'listed', name: 'c' } }));
    expect(error).toMatchObject({ status: 404, details: { fix: 'use one of: a, b, z' } });
  });
});

describe('cron triggers', () => {
  const cron = { type: 'cron', enabled: true, cronExpression: '0 0 H * * ?' };
  const idsOf = (pipeline: { triggers?: readonly Readonly<Record<string, unknown>>[] | undefined }) =>
    (pipeline.triggers ?? []).map((trigger) => trigger['id']);

  it('have ids of their own, which a new pipeline never shares and a save keeps; the text stays', async () => {
    const text = JSON.stringify({
      name: 'Nightly',
      application: 'hello',
      triggers: [{ ...cron, id: 'copied' }, { type: 'webhook' }, cron],
    });
    const { pipeline } = await save(text);
    const [first, webhook, third] = idsOf(pipeline);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(first).not.toBe('copied');
    expect(webhook).toBeUndefined();
    expect(third).toMatch(/^[0-9a-f-]{36}$/);
    const id = pipeline.id ?? '';
    expect(await client.getPipelineText({ params: { id } })).toBe(text);
    expect(idsOf((await save(pipeline)).pipeline)).toEqual([first, undefined, third]);
    const again = await save({ ...pipeline, regenerateCronTriggerIds: true });
    expect(idsOf(again.pipeline)[0]).not.toBe(first);
  });
});

describe('strategies', () => {
  it('are kept as pipelines are, and share no names with them', async () => {
    const { pipeline } = await save({ name: 'Same', application: 'hello' });
    const strategy = await client.savePipeline({
      query: { kind: 'strategy' },
      body: JSON.stringify({ name: 'same', application: 'hello', strategy: true }),
    });
    expect(
      await client.getPipelineByName({ params: { application: 'hello', name: 'SAME' }, query: { kind: 'strategy' } }),
    ).toEqual(strategy.pipeline);
    expect(await client.listPipelines({ query: { application: 'hello', kind: 'strategy' } })).toEqual([
      strategy.pipeline,
    ]);
    const wrong = client.savePipeline({
      query: { kind: 'strategy', id: pipeline.id ?? '' },
      body: JSON.stringify({ name: 'other', application: 'hello' }),
    });
    expect(await refused(wrong)).toMatchObject({ status: 400, details: { field: 'id' } });
    await client.deletePipeline({ params: { application: 'hello', name: 'same' }, query: { kind: 'strategy' } });
    expect(await client.getPipelineByName({ params: { application: 'hello', name: 'same' } })).toEqual(pipeline);
  });
});

describe('many pipelines at once', () => {
  it('the right ones are saved, the wrong ones come back with their errors', async () => {
    const saved = await client.savePipelines({
      body: [
        { name: 'Many one', application: 'hello' },
        { name: 'No application' },
        { name: 'Many two', application: 'hello' },
      ],
    });
    expect(saved).toMatchObject({
      successful_pipelines_count: 2,
      successful_pipelines: ['Many one', 'Many two'],
      failed_pipelines_count: 1,
      failed_pipelines: [{ name: 'No application', errorMsg: 'A pipeline needs its application' }],
    });
  });

  it('a task saves many, each by itself, and tells which were wrong', async () => {
    const list = [{ name: 'Tasked', application: 'hello' }, { name: 'No application' }];
    const task = await client.submitTask({
      body: {
        application: 'hello',
        job: [
          {
            type: 'savePipeline',
            isBulkSavingPipelines: true,
            pipelines: Buffer.from(JSON.stringify(list)).toString('base64'),
          },
        ],
      },
    });
    expect(task.status).toBe('SUCCEEDED');
    expect(task.variables.find(({ key }) => key === 'bulksave')?.value).toMatchObject({
      successful_pipelines: ['Tasked'],
      failed_pipelines: [{ name: 'No application' }],
    });
    const found = await client.getPipelineByName({ params: { application: 'hello', name: 'tasked' } });
    expect(found.name).toBe('Tasked');
  });

  it('get another order and other names', async () => {
    const one = (await save({ name: 'one', application: 'order' })).pipeline;
    const two = (await save({ name: 'two', application: 'order' })).pipeline;
    await client.reorderPipelines({
      body: { application: 'order', idsToIndices: { [one.id ?? '']: 1, [two.id ?? '']: 0 } },
    });
    const names = async () => (await client.listPipelines({ query: { application: 'order' } })).map(({ name }) => name);
    expect(await names()).toEqual(['two', 'one']);
    const strange = client.reorderPipelines({ body: { application: 'order', idsToIndices: { nobody: 1 } } });
    expect(await refused(strange)).toMatchObject({ status: 400, details: { field: 'idsToIndices' } });
    await client.renamePipeline({ body: { application: 'order', from: 'ONE', to: 'uno' } });
    expect(await names()).toEqual(['two', 'uno']);
    expect(
      await refused(client.renamePipeline({ body: { application: 'order', from: 'uno', to: 'two' } })),
    ).toMatchObject({ status: 400 });
  });
});
