import { expect, test, vi } from 'vitest';
import { Compute } from './compute.ts';
import { GceFailure, type FailureKind } from './errors.ts';
import { instanceSchema, regionSchema } from './resources.ts';

/** A connection by the real client whose requests get these answers in turn; the last one is repeated. */
function connected(...answers: readonly (readonly [status: number, body: object])[]) {
  const asked: string[] = [];
  let now = 0;
  const compute = new Compute(
    { name: 'test', provider: 'gce', project: 'p', endpoint: 'http://cloud.test:80', regions: ['r'] },
    {
      now: () => now,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        now += ms;
      },
      fetch: async (input) => {
        asked.push(input instanceof Request ? input.url : String(input));
        const [status, body] = answers[Math.min(asked.length, answers.length) - 1] ?? [200, {}];
        return Response.json(body, { status });
      },
    },
  );
  return { compute, asked, waited: () => now };
}

/** A refusal as Google's machinery words it: what Compute itself refuses has no `ErrorInfo`. */
const refusal = (code: number, message: string, reason?: string, info?: string) =>
  [
    code,
    {
      error: {
        code,
        message,
        ...(reason ? { errors: [{ message, domain: 'global', reason }] } : {}),
        ...(info
          ? {
              details: [
                {
                  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
                  reason: info,
                  domain: 'googleapis.com',
                  metadata: {},
                },
              ],
            }
          : {}),
      },
    },
  ] as const;
const READS =
  "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service 'compute.googleapis.com'.";
const found = [200, { name: 'r' }] as const;

const region = (compute: Compute) => compute.get('Regions', 'get', { region: 'r' }, regionSchema);

test.each<[string, ReturnType<typeof refusal>, FailureKind, string]>([
  ['a permission', refusal(403, "Required 'compute.regions.get'", 'forbidden'), 'permission', 'forbidden'],
  [
    'a permission, by ErrorInfo alone',
    refusal(403, 'no', undefined, 'IAM_PERMISSION_DENIED'),
    'permission',
    'forbidden',
  ],
  [
    'a scope',
    refusal(403, 'Insufficient Permission', 'insufficientPermissions'),
    'permission',
    'insufficientPermissions',
  ],
  ['an API that is off', refusal(403, 'off', undefined, 'SERVICE_DISABLED'), 'permission', 'accessNotConfigured'],
  ['a word that is new', refusal(403, 'no', undefined, 'SOMETHING_NEW'), 'permission', 'forbidden'],
  ['a quota', refusal(403, "Quota 'CPUS' exceeded.  Limit: 8.0", 'quotaExceeded'), 'quota', 'quotaExceeded'],
  ['a quota, by its text', refusal(403, "Quota 'CPUS' exceeded.  Limit: 8.0"), 'quota', 'quotaExceeded'],
  [
    'something in use',
    refusal(400, 'busy', 'resourceInUseByAnotherResource'),
    'inUse',
    'resourceInUseByAnotherResource',
  ],
  ['a bad field', refusal(400, 'bad', 'badRequest'), 'invalid', 'badRequest'],
  ['a name that is taken', refusal(409, 'taken', 'alreadyExists'), 'conflict', 'alreadyExists'],
  ['a stale fingerprint', refusal(412, 'stale', 'conditionNotMet'), 'precondition', 'conditionNotMet'],
])('%s fails at once, with its sort', async (_what, answer, kind, reason) => {
  const { compute, asked } = connected(answer);
  const failure = await region(compute).then(undefined, (error: unknown) => error);
  expect(failure).toBeInstanceOf(GceFailure);
  expect((failure as GceFailure).gce).toMatchObject({
    http: answer[0],
    kind,
    reason,
    message: answer[1].error.message,
  });
  expect(asked).toHaveLength(1);
});

test.each([
  ['too many requests', refusal(403, READS, 'rateLimitExceeded', 'RATE_LIMIT_EXCEEDED')],
  ['too many requests, by ErrorInfo alone', refusal(403, 'slow down', undefined, 'RATE_LIMIT_EXCEEDED')],
  ['too many requests, by their text', refusal(403, READS)],
  ['too many requests of a user', refusal(403, 'slow down', 'userRateLimitExceeded')],
  ['something that another operation holds', refusal(400, 'held', 'resourceNotReady')],
])('%s is asked again', async (_what, answer) => {
  const { compute, asked } = connected(answer, answer, found);
  expect(await region(compute)).toMatchObject({ name: 'r' });
  expect(asked).toHaveLength(3);
});

test.each([
  ['its word', refusal(404, 'gone', 'notFound')],
  ['ErrorInfo', refusal(404, 'gone', undefined, 'RESOURCE_NOT_FOUND')],
  ['the status alone', refusal(404, 'gone')],
])('what does not exist is null, told by %s', async (_how, answer) => {
  const { compute } = connected(answer);
  expect(await compute.find('Regions', 'get', { region: 'r' }, regionSchema)).toBeNull();
});

const INSTANCES = {
  'zones/r-a': { instances: [{ name: 'i' }] },
  'zones/r-b': { warning: { code: 'NO_RESULTS_ON_PAGE' } },
};
const silent = { warning: { code: 'UNREACHABLE' } };
const instances = (compute: Compute, needed?: string[]) =>
  compute.aggregated('Instances', 'instances', instanceSchema, needed ? { needed } : {});

test('a list over all places takes what there is of other regions, page by page', async () => {
  const { compute, asked } = connected(
    [
      200,
      {
        items: { ...INSTANCES, 'zones/other-a': silent },
        unreachables: ['projects/p/regions/other'],
        nextPageToken: '2',
      },
    ],
    [200, { items: { 'zones/r-a': { instances: [{ name: 'j' }] } } }],
  );
  expect((await instances(compute)).map(({ name }) => name)).toEqual(['i', 'j']);
  expect(asked.map((url) => new URL(url).searchParams.get('returnPartialSuccess'))).toEqual(['true', 'true']);
});

test.each([
  ['by its warning', { items: { ...INSTANCES, 'zones/r-b': silent } }],
  ['by the list of what does not answer', { items: INSTANCES, unreachables: ['projects/p/zones/r-b'] }],
])('a zone of the account that does not answer is asked again, told %s', async (_how, partial) => {
  const { compute, asked } = connected([200, partial], [200, { items: INSTANCES }]);
  expect(await instances(compute)).toHaveLength(1);
  expect(asked).toHaveLength(2);
});

test('a zone that stays silent makes the list fail, unless nobody needs it', async () => {
  const { compute } = connected([200, { items: { ...INSTANCES, 'zones/r-b': silent } }]);
  await expect(instances(compute)).rejects.toMatchObject({ gce: { kind: 'unavailable' } });
  await expect(instances(compute, ['r-b'])).rejects.toThrow('zones/r-b does not answer');
  expect(await instances(compute, ['r-a'])).toHaveLength(1);
});

const HELD = refusal(400, "The resource 'x' is not ready", 'resourceNotReady');
const done = [200, { name: 'o', status: 'DONE' }] as const;
const failed = (code: string) => [200, { name: 'o', status: 'DONE', error: { errors: [{ code }] } }] as const;
const remove = (compute: Compute, signal?: AbortSignal) =>
  compute.mutate(
    'Firewalls',
    'delete',
    { firewall: 'f' },
    { requestId: '5f0c1f4e-8a44-4a2b-9d0e-0c8f6f0a7f0d', signal },
  );

test.each([
  ['is refused', Array.from({ length: 45 }, () => HELD)],
  ['fails', Array.from({ length: 45 }, () => failed('RESOURCE_NOT_READY'))],
])('a change that %s because another one holds the thing waits for minutes', async (_how, held) => {
  const { compute, asked, waited } = connected(...held, done);
  expect(await remove(compute)).toMatchObject({ status: 'DONE' });
  expect(asked).toHaveLength(46);
  expect(waited()).toBeGreaterThan(120_000);
});

test('a hold that does not end fails in the end', async () => {
  const { compute, waited } = connected(HELD);
  await expect(remove(compute)).rejects.toMatchObject({ gce: { kind: 'notReady' } });
  expect(waited()).toBeLessThan(10 * 60_000);
});

test('a cancel ends the wait', async () => {
  const { compute, asked, waited } = connected(HELD);
  const cancel = new AbortController();
  const ended = remove(compute, cancel.signal);
  await vi.waitUntil(() => asked.length > 2);
  cancel.abort(new Error('cancelled'));
  await expect(ended).rejects.toThrow('cancelled');
  expect(waited()).toBeLessThan(5 * 60_000);
});

test.each(['PERMISSIONS_ERROR', 'QUOTA_EXCEEDED'])('a change that fails with %s is not begun again', async (code) => {
  const { compute, asked } = connected(failed(code));
  await expect(remove(compute)).rejects.toBeInstanceOf(GceFailure);
  expect(asked).toHaveLength(1);
});
