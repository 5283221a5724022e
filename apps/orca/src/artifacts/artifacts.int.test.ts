import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStores, over, start, startOrca, type Stores, type TestOrca, until } from '../orca.fixture.ts';

const image = (version: string) => ({ type: 'docker/image', name: 'shop', version, reference: `shop:${version}` });
const expects = (more: Record<string, unknown> = {}) => ({
  expectedArtifacts: [
    { id: 'img', displayName: 'Image', matchArtifact: { type: 'docker/image', name: 'shop' }, ...more },
  ],
});
const wait = [{ type: 'wait', waitTime: 0, refId: '1' }];
const withPrior = { usePriorArtifact: true };
const withDefault = { useDefaultArtifact: true, defaultArtifact: image('0') };

let stores: Stores;
let orca: TestOrca;
beforeAll(async () => {
  stores = await openStores();
  orca = await startOrca(stores, {
    pipelines: [
      { id: 'stored', name: 'Stored', application: 'app', stages: wait, ...expects(withDefault) },
      {
        id: 'child',
        name: 'Child',
        application: 'app',
        triggers: [{ type: 'pipeline', enabled: true, pipeline: 'parent', expectedArtifactIds: ['img'] }],
        stages: wait,
        ...expects(),
      },
    ],
  });
});
afterAll(async () => {
  await orca.stop();
  await stores.drop();
});

/** Starts a pipeline of this id with these artifacts; answers the execution when it is over. */
async function run(id: string, artifacts: object[], more: Record<string, unknown>) {
  const trigger = { type: 'webhook', artifacts, expectedArtifactIds: ['img'] };
  return until(orca.client, await start(orca.client, wait, { id, trigger, ...more }), over);
}
const boundOf = (execution: { trigger: Record<string, unknown> }): unknown =>
  (execution.trigger['resolvedExpectedArtifacts'] as { boundArtifact?: unknown }[])[0]?.boundArtifact;

describe('a start binds the artifacts that its pipeline expects', () => {
  it('to those that it received, which expressions and the search find', async () => {
    const received = { receivedArtifacts: [image('1')] };
    const variables = [{ key: 'seen', value: "${#triggerResolvedArtifact('shop').version}" }];
    const stages = [{ type: 'evaluateVariables', refId: '1', variables }];
    const id = await start(orca.client, stages, {
      id: 'p1',
      trigger: { expectedArtifactIds: ['img'] },
      ...expects(),
      ...received,
    });
    const ended = await until(orca.client, id, over);
    expect(ended.trigger.artifacts).toEqual([image('1')]);
    expect(ended.trigger['expectedArtifacts']).toEqual(ended.trigger['resolvedExpectedArtifacts']);
    expect(boundOf(ended)).toEqual(image('1'));
    expect(ended.stages[0]?.outputs).toEqual({ seen: '1' });
    const found = await orca.client.searchAllExecutions({ query: { artifact: 'shop:1' } });
    expect(found.executions.map((one) => one.id)).toEqual([id]);
  });

  it('else to that of the newest earlier execution that had one, which keeps its content', async () => {
    const reference = Buffer.from('large'.repeat(1_000)).toString('base64');
    const given = { type: 'embedded/base64', name: 'settings', reference };
    const pipeline = { expectedArtifacts: [{ id: 'img', matchArtifact: { name: 'settings' }, ...withPrior }] };
    const first = await run('p2', [given], pipeline);
    await run('p2', [], { expectedArtifacts: [] });
    const again = await run('p2', [], pipeline);
    await orca.client.deleteExecution({ params: { id: first.id } });
    const bound = boundOf(again) as { type: string; reference: string };
    expect(bound.type).toBe('remote/base64');
    const hash = bound.reference.slice(bound.reference.lastIndexOf('/') + 1);
    const stored = await orca.client.getStoredArtifact({ params: { application: 'app', hash } });
    expect(stored.reference).toBe(reference);
    expect(again.trigger['expectedArtifacts']).toEqual(again.trigger['resolvedExpectedArtifacts']);
  });

  it('else to the default', async () => {
    expect(boundOf(await run('p3', [], expects({ ...withPrior, ...withDefault })))).toEqual(image('0'));
    const changed = { ...withPrior, ...withDefault, defaultArtifact: image('00') };
    expect(boundOf(await run('p3', [], expects(changed)))).toEqual(image('00'));
  });

  it('or is refused, and its history says why', async () => {
    const started = run('p4', [image('1'), image('2')], expects());
    await expect(started).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('could be 2 artifacts'),
      details: { field: 'expectedArtifacts', fix: expect.stringContaining('matchArtifact') },
    });
    const [failed] = await orca.client.listExecutions({ query: { pipelineConfigIds: 'p4' } });
    expect(failed).toMatchObject({ status: 'TERMINAL', reason: { summary: expect.stringContaining('"Image"') } });
  });
});

describe('what would be bound is told before a start', () => {
  const asked = (
    id: string,
    more: Record<string, unknown>,
    trigger: Record<string, unknown> = { expectedArtifactIds: ['img'] },
  ) => orca.client.bindingsOf({ body: { application: 'app', pipeline: { id, ...expects(more) }, trigger } });

  it('with what there is to choose from, and whether it matches', async () => {
    const cart = { type: 'docker/image', name: 'cart', version: '3' };
    const earlier = await run('p5', [image('1'), cart], expects());
    const { bindings, problem } = await asked('p5', { ...withPrior, ...withDefault });
    expect(problem).toBeUndefined();
    expect(bindings[0]).toMatchObject({
      bound: image('1'),
      origin: 'prior',
      executionId: earlier.id,
      reason: { summary: expect.stringContaining(earlier.id) },
    });
    expect(bindings[0]?.offers.map(({ artifact, origin, matches }) => [artifact.version, origin, matches])).toEqual([
      ['1', 'latest', true],
      ['0', 'default', true],
      ['3', 'latest', false],
    ]);
    expect(bindings[0]?.offers[2]?.reason).toContain('its name is "cart", not "shop"');
  });

  it('and why it would be refused, or not be bound at all', async () => {
    expect((await asked('p6', {})).problem?.summary).toContain('no artifact was received');
    const { bindings, problem } = await asked('p6', {}, {});
    expect(problem).toBeUndefined();
    expect(bindings[0]).toMatchObject({
      considered: false,
      reason: { summary: expect.stringContaining('does not list it') },
    });
  });

  it('of a stored pipeline, too; executions of another application are nothing to it', async () => {
    const stored = await orca.client.bindingsOfStored({ params: { id: 'stored' }, body: {} });
    expect(stored.bindings[0]).toMatchObject({ origin: 'default', bound: image('0') });
    await run('p7', [image('7')], { ...expects(), application: 'other' });
    expect((await asked('p7', withPrior)).bindings[0]?.offers).toEqual([]);
  });
});

describe('between stages', () => {
  it('what a stage made is bound, found in its execution by another pipeline, and given to a child', async () => {
    const made = { type: 'embedded/base64', name: 'settings' };
    const expectedArtifacts = [{ id: 'made', matchArtifact: made }];
    const artifactContents = [{ name: 'settings', contents: 'version ${parameters.v}' }];
    const makes = await start(
      orca.client,
      [{ type: 'evaluateArtifacts', refId: '1', artifactContents, expectedArtifacts }],
      {
        id: 'stored',
        trigger: { parameters: { v: '9' } },
      },
    );
    expect((await until(orca.client, makes, over)).status).toBe('SUCCEEDED');

    const parent = await start(
      orca.client,
      [
        { type: 'findArtifactFromExecution', refId: '1', pipeline: 'stored', expectedArtifacts },
        { type: 'pipeline', refId: '2', requisiteStageRefIds: ['1'], pipeline: 'child' },
      ],
      { id: 'parent', trigger: { artifacts: [image('4')] } },
    );
    const ended = await until(orca.client, parent, over);
    expect(ended.status).toBe('SUCCEEDED');
    const bound = { ...made, reference: Buffer.from('version 9').toString('base64') };
    expect(ended.stages[0]?.outputs['resolvedExpectedArtifacts']).toMatchObject([{ id: 'made', boundArtifact: bound }]);
    const child = await orca.client.getExecution({ params: { id: String(ended.stages[1]?.context['executionId']) } });
    expect(boundOf(child)).toEqual(image('4'));
    expect(child.trigger.artifacts).toMatchObject([bound, image('4')]);
  });
});
