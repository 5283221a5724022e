import { createHmac } from 'node:crypto';
import type { echoEventsApi, EventAnswer } from '@gennaker/contracts/echo';
import { badRequest } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import type { Identity } from '@gennaker/contracts/people';
import type { Client } from '@gennaker/contracts/route';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './echo.fixture.ts';
import { quietPeriodGate } from './quiet-period-gate.ts';

type Json = Record<string, unknown>;

let world: World;
let client: Client<typeof echoEventsApi>;
let calls = 0;
beforeAll(async () => {
  world = await makeWorld();
  const root: Identity = { user: 'root', roles: [], admin: true, via: 'session' };
  const quiet = {
    ...{ enabled: true, startIso: '2026-01-01T00:00:00Z', endIso: '2026-01-02T00:00:00Z' },
    suppressedTriggerTypes: ['webhook'],
  };
  const within = (): number => Date.parse('2026-01-01T12:00:00Z');
  const gates = [...world.parts().gates, quietPeriodGate(quiet, within)];
  ({ client } = await world.run({ gates }, root));
});
afterAll(() => world.end());
afterEach(() => {
  world.pipelines.length = 0;
  world.authentication = false;
  world.orcaHook = () => {};
});

const ZERO = '0'.repeat(40);
const hook = (changes: Json = {}): Json => ({ type: 'webhook', enabled: true, source: 'ci', ...changes });
const git = (changes: Json = {}): Json => ({
  ...{ type: 'git', enabled: true, source: 'github', project: 'acme', slug: 'shop' },
  ...changes,
});
const jenkins = (changes: Json = {}): Json => ({
  ...{ type: 'jenkins', enabled: true, master: 'main', job: 'shop' },
  ...changes,
});

function webhook(path: string, body: Json, headers: Record<string, string> = {}): Promise<EventAnswer> {
  const [type = '', source = ''] = path.split('/');
  const bytes = Buffer.from(JSON.stringify(body)).toString('base64');
  return client.webhook({ params: { type, source }, body: { call: `${(calls += 1)}`, headers, body: bytes } });
}
const posted = (content: Json = {}, headers?: Record<string, string>) => webhook('webhook/ci', content, headers);
const pushed = (changes: Json = {}, headers: Record<string, string> = {}) =>
  webhook(
    'git/github',
    {
      ...{ ref: 'refs/heads/main', after: `${(calls += 1)}`, repository: { name: 'shop', owner: { name: 'acme' } } },
      ...changes,
    },
    headers,
  );
const signedPush = (secret: string) => {
  const push = { ref: 'refs/heads/main', after: 'a', repository: { name: 'shop', owner: { name: 'acme' } } };
  const digest = createHmac('sha256', secret).update(JSON.stringify(push)).digest('hex');
  return webhook('git/github', push, { 'x-hub-signature-256': `sha256=${digest}` });
};
const built = (changes: Json = {}, content: Json = {}) =>
  client.post({
    body: {
      type: 'jenkins',
      source: 'main',
      content: {
        ...{ master: 'main', job: 'shop' },
        buildInfo: {
          ...{
            name: 'shop',
            number: 7,
            url: 'http://ci/7',
            building: false,
            result: 'SUCCESS',
            artifacts: [],
            scm: [],
          },
          ...changes,
        },
        ...content,
      },
    },
  });
const refusing = (): void => {
  world.orcaHook = () => {
    throw badRequest('Stage type teleport is unknown');
  };
};
const restricted = (): void => {
  world.authentication = true;
  world.permissions['hello'] = { READ: ['dev'], EXECUTE: ['ops'] };
};

/** Label, what is special about the pipeline (undefined: there is none), what comes in, and why nothing starts. */
const reasons: readonly [string, Json | undefined, () => Promise<EventAnswer>, string][] = [
  [
    'no trigger type listens',
    {},
    () => client.post({ body: { type: 'teleport', content: {} } }),
    'no trigger type listens',
  ],
  ['no pipeline has such a trigger', undefined, () => posted(), 'no pipeline has a webhook trigger'],
  ['the trigger is off', { triggers: [hook({ enabled: false })] }, () => posted(), 'the trigger is not enabled'],
  [
    'the trigger is incomplete',
    { triggers: [hook({ source: undefined })] },
    () => posted(),
    'the trigger is incomplete: source',
  ],
  ['the pipeline is off', { disabled: true }, () => posted(), 'pipeline "p" is disabled'],
  ['another source', { triggers: [hook({ source: 'other' })] }, () => posted(), 'its source is "other"'],
  [
    'a constraint is not met',
    { triggers: [hook({ payloadConstraints: { a: '^1$' } })] },
    () => posted({ a: 2 }),
    '"a" is "2", which does not match /^1$/',
  ],
  [
    'a key is missing',
    { triggers: [hook({ payloadConstraints: { '$.b.c': '1' } })] },
    () => posted({ a: 2 }),
    'the body has no "$.b.c"',
  ],
  [
    'a pattern is none',
    { triggers: [hook({ payloadConstraints: { a: '(?=x)' } })] },
    () => posted({ a: 'x' }),
    'the constraint on "a" cannot be judged: error parsing regexp',
  ],
  [
    'a path is none',
    { triggers: [hook({ payloadConstraints: { '$[?(@.a)]': 'x' } })] },
    () => posted(),
    'the path may have names',
  ],
  ['another repository', { triggers: [git({ slug: 'till' })] }, () => pushed(), 'its repository is "acme/till"'],
  [
    'another branch',
    { triggers: [git({ branch: 'release-.*' })] },
    () => pushed(),
    'its branch is /release-.*/, the event is about "main"',
  ],
  [
    'another action',
    { triggers: [git({ events: ['pull_request:opened'] })] },
    () => pushed(),
    'it wants pull_request:opened',
  ],
  [
    'a wrong signature',
    { triggers: [git({ secret: 's' })] },
    () => signedPush('guess'),
    'the signature was not made with the secret',
  ],
  [
    'no signature',
    { triggers: [git({ secret: 's' })] },
    () => pushed(),
    'the trigger has a secret, and the event is not signed',
  ],
  [
    'a signature, and no secret',
    { triggers: [git()] },
    () => signedPush('s'),
    'the event is signed, and the trigger has no secret',
  ],
  [
    'a secret that is not configured',
    { triggers: [git({ secretName: 'gone' })] },
    () => pushed(),
    'the configuration has no secret "gone"',
  ],
  ['a ping', { triggers: [git()] }, () => webhook('git/github', { zen: 'z', hook_id: 1 }), 'it is a ping'],
  ['a deleted branch', { triggers: [git()] }, () => pushed({ after: ZERO }), 'main of acme/shop was deleted'],
  ['a failed build', { triggers: [jenkins()] }, () => built({ result: 'FAILURE' }), 'build 7 ended with FAILURE'],
  ['a build that still runs', { triggers: [jenkins()] }, () => built({ building: true }), 'build 7 still runs'],
  ['another master', { triggers: [jenkins({ master: 'other' })] }, () => built(), 'its master is "other"'],
  ['another job', { triggers: [jenkins({ job: 'till' })] }, () => built(), 'its job is "till"'],
  [
    'a missing parameter',
    { parameterConfig: [{ name: 'version', required: true }] },
    () => posted(),
    'required parameter "version" has no value',
  ],
  [
    'a template that cannot be applied',
    { templateErrors: ['it has no value'] },
    () => posted(),
    'the template of pipeline "p" cannot be applied',
  ],
  [
    'an artifact that did not come',
    {
      expectedArtifacts: [
        { id: 'image', displayName: 'the image', matchArtifact: { type: 'docker/image', name: 'shop' } },
      ],
      triggers: [hook({ expectedArtifactIds: ['image'] })],
    },
    () => posted({ artifacts: [{ type: 'docker/image', name: 'till' }] }),
    'the image',
  ],
  [
    'somebody who may not',
    { triggers: [hook({ runAsUser: 'robot' })] },
    () => (restricted(), posted()),
    'it would run as robot: robot may not run pipelines of application hello',
  ],
  [
    'a quiet period',
    { respectQuietPeriod: true },
    () => posted(),
    'a quiet period lasts until 2026-01-02T00:00:00.000Z',
  ],
  ['orca, which refuses', {}, () => (refusing(), posted()), 'orca refused to start it: Stage type teleport is unknown'],
  [
    'the same once more',
    { triggers: [hook({ identity: '$.build' })] },
    async () => {
      await posted({ build: 1 });
      world.started.length = 0;
      return posted({ build: 1 });
    },
    'the trigger counts this once',
  ],
];

describe('why did it not start?', () => {
  it.each(reasons)('%s', async (_label, changes, send, summary) => {
    if (changes) world.addPipeline('p', changes);
    const answer = await send();
    const told = answer.matches[0]?.reason ?? answer.reason;
    expect(told?.summary).toContain(summary);
    expect(answer.matches.filter((match) => match.started)).toEqual([]);
    expect(world.started).toEqual([]);
    world.authentication = false;
    const { matches, reason } = await client.getEvent({ params: { id: answer.eventId } });
    expect(matches).toEqual(answer.matches);
    expect<Reason | undefined>(reason).toEqual(answer.reason);
  });

  it('has an answer of its own for each of more than twenty reasons', () => {
    expect(new Set(reasons.map(([, , , summary]) => summary)).size).toBe(reasons.length);
    expect(reasons.length).toBeGreaterThan(20);
  });
});
