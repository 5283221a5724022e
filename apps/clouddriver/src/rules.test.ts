import type { Identity, Permissions } from '@gennaker/contracts/people';
import { ServiceError } from '@gennaker/contracts/error';
import { type Access, demand } from '@gennaker/service/guard';
import { describe, expect, it } from 'vitest';
import { clouddriverRules, type FindOperation } from './rules.ts';

type Operations = readonly Record<string, Record<string, unknown>>[];

const permissions: Readonly<Record<string, Permissions>> = {
  hello: { READ: ['dev', 'ops'], WRITE: ['ops'] },
  secret: { READ: ['spies'], WRITE: ['spies'] },
};
const access: Access = {
  authentication: () => Promise.resolve(true),
  permissions: (name) => Promise.resolve(permissions[name]),
};
const person = (...roles: string[]): Identity => ({
  user: roles.join('+') || 'eve',
  roles,
  admin: false,
  via: 'session',
});
const submitted = (operations: Operations): ReturnType<FindOperation> =>
  Promise.resolve({ user: 'ops', descriptions: operations });

/** 200 when the rule lets the call through, else the status of its refusal. */
async function statusOf(
  operation: 'submit' | 'getOperation' | 'acquireLock',
  identity: Identity,
  call: Record<string, unknown>,
  find: FindOperation = () => Promise.resolve(undefined),
): Promise<number> {
  const rule = clouddriverRules(
    find,
    () => Promise.resolve(null),
    () => Promise.resolve([]),
  )[operation];
  if (typeof rule === 'string' || !('needs' in rule)) throw new Error(`${operation} demands nothing of an application`);
  try {
    await demand(access, identity, rule.needs, await rule.of({ ...call, identity } as never));
    return 200;
  } catch (error) {
    if (error instanceof ServiceError) return error.status;
    throw error;
  }
}
const submit = (identity: Identity, ...body: Operations): Promise<number> => statusOf('submit', identity, { body });

describe('operations', () => {
  it('are for those with WRITE on the application, reading is not enough', async () => {
    const destroy = { destroyServerGroup: { serverGroupName: 'hello-prod-v001' } };
    expect(await submit(person('ops'), destroy)).toBe(200);
    expect(await submit(person('dev'), destroy)).toBe(403);
    expect(await submit(person(), destroy)).toBe(403);
  });

  it('label images on behalf of the application that they name', async () => {
    const tags = (application?: string) => ({
      upsertImageTags: { credentials: 'lab', imageName: 'hello-1', tags: {}, ...(application ? { application } : {}) },
    });
    expect(await submit(person('ops'), tags('hello'))).toBe(200);
    expect(await submit(person('dev'), tags('hello'))).toBe(403);
    expect(await submit(person('ops'), tags())).toBe(403);
  });

  it.each([
    ['says another application than its server group is of', { application: 'hello', serverGroupName: 'secret-v001' }],
    ['copies what it may not change', { application: 'hello', source: { serverGroupName: 'secret-v001' } }],
    ['goes behind the load balancer of another', { application: 'hello', loadBalancers: ['secret-lb'] }],
    ['has another in its moniker', { application: 'hello', moniker: { app: 'secret' } }],
  ])('are refused when one of them %s', async (_what, description) => {
    expect(await submit(person('ops'), { createServerGroup: { application: 'hello' } })).toBe(200);
    expect(
      await submit(person('ops'), { createServerGroup: { application: 'hello' } }, { createServerGroup: description }),
    ).toBe(403);
    expect(await submit(person('ops', 'spies'), { createServerGroup: description })).toBe(200);
  });

  it('that name no application are an administrator’s', async () => {
    const nameless = { cleanUp: { region: 'us-central1' } };
    expect(await submit(person('ops'), nameless)).toBe(403);
    expect(await submit({ ...person(), admin: true }, nameless)).toBe(200);
    expect(await submit({ ...person(), admin: true, scope: { applications: ['hello'] } }, nameless)).toBe(403);
  });

  it('are shown to readers of their applications and to whoever submitted them', async () => {
    const find: FindOperation = () =>
      submitted([
        { destroyServerGroup: { serverGroupName: 'secret-v001' } },
        { createServerGroup: { application: 'hello' } },
      ]);
    const asked = { params: { id: '1' } };
    expect(await statusOf('getOperation', person('ops'), asked, find)).toBe(200);
    expect(await statusOf('getOperation', person('dev'), asked, find)).toBe(403);
    expect(await statusOf('getOperation', person('dev', 'spies'), asked, find)).toBe(200);
    // The handler answers that there is none.
    expect(await statusOf('getOperation', person('dev'), asked)).toBe(200);
  });
});

describe('a lock', () => {
  it('is for those with WRITE on the cluster’s application', async () => {
    const asked = { params: { account: 'local-gce', cluster: 'hello-prod' } };
    expect(await statusOf('acquireLock', person('ops'), asked)).toBe(200);
    expect(await statusOf('acquireLock', person('dev'), asked)).toBe(403);
  });
});

describe('accounts', () => {
  it('are changed, verified and audited by administrators alone, and listed by everybody', () => {
    const rules = clouddriverRules(
      () => Promise.resolve(undefined),
      () => Promise.resolve(null),
      () => Promise.resolve([]),
    );
    for (const operation of [
      'addAccount',
      'updateAccount',
      'removeAccount',
      'verifyAccount',
      'verifyDefinition',
      'accountHistory',
      'listAccountDefinitions',
    ] as const)
      expect(rules[operation], operation).toBe('admin');
    expect(rules.listAccounts).toBe('signed');
  });
});
