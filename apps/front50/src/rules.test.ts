import type { Identity, Permissions } from '@gennaker/contracts/people';
import type { Access } from '@gennaker/service/guard';
import { describe, expect, it } from 'vitest';
import { front50Rules } from './rules.ts';

const secret: Permissions = { READ: ['ops'], WRITE: ['ops'] };
const access: Access = {
  authentication: () => Promise.resolve(true),
  permissions: (name) => Promise.resolve(name === 'secret' ? secret : undefined),
};
const stored = { query: () => Promise.resolve({ rows: [] }) };
const root = { user: 'root', roles: [], admin: true };
const rules = front50Rules(stored as never, access, (name) => Promise.resolve(name === 'root' ? root : undefined));
const ada: Identity = { user: 'ada', roles: ['dev'], admin: false, via: 'session' };

/** The applications of which a task of this job needs WRITE. */
async function needed(job: Record<string, unknown>): Promise<unknown> {
  const rule = rules.submitTask;
  if (typeof rule !== 'object' || !('needs' in rule)) throw new Error('submitTask has no such rule');
  const call = { body: { application: 'open', job: [{ type: 'savePipeline', ...job }] }, identity: ada };
  return rule.of(call as never);
}
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

describe('a task that saves pipelines', () => {
  it('needs WRITE of the application of each, also of a bulk save in base64', async () => {
    expect(await needed({ pipeline: { application: 'secret', name: 'a' } })).toEqual(['open', 'secret']);
    const many = [
      { application: 'other', name: 'a' },
      { application: 'secret', name: 'b' },
    ];
    expect(await needed({ pipelines: many })).toEqual(['open', 'other', 'secret']);
    expect(await needed({ application: 'open', pipelines: base64(many) })).toEqual(['open', 'other', 'secret']);
  });

  it('needs WRITE of the application whose pipelines it deletes or puts in order, however that is written', async () => {
    const victim = { application: 'secret', name: 'a' };
    expect(await needed({ type: 'deletePipeline', application: 'open', pipeline: base64(victim) })).toEqual([
      'open',
      'open',
      'secret',
    ]);
    const order = { type: 'reorderPipelines', idsToIndices: base64({}) };
    expect(await needed({ ...order, application: base64('secret') })).toEqual(['open', 'secret']);
    expect(await needed({ ...order, application: 'secret' })).toEqual(['open', 'secret']);
  });

  it('lets none of them run as somebody with more rights', async () => {
    const triggers = [{ type: 'webhook', runAsUser: 'root' }];
    const many = [
      { application: 'open', name: 'a' },
      { application: 'open', name: 'b', triggers },
    ];
    await expect(needed({ pipelines: base64(many) })).rejects.toMatchObject({
      status: 403,
      details: { field: 'triggers.runAsUser' },
    });
  });
});

describe('what hangs on an application', () => {
  const of = (rule: unknown, call: object): unknown => (rule as { readonly of: (call: object) => unknown }).of(call);

  it('is tagged with the right to that application, which the name of the entity tells', () => {
    const tag = (entityType: string, entityId: string, application?: string) =>
      of(rules.upsertEntityTags, { body: { entityRef: { entityType, entityId, application } } });
    expect(tag('servergroup', 'secret-main-v000')).toBe('secret');
    expect(tag('application', 'Secret')).toBe('secret');
    expect(tag('pipeline', '01ABC', 'Secret')).toBe('secret');
    // Only administrators may do what nobody can tell the application of.
    expect([tag('other', '???'), tag('pipeline', '01ABC')]).toEqual([undefined, undefined]);
  });

  it('is judged by a canary configuration only with the right to each of its applications, before and after', async () => {
    const kept = { query: () => Promise.resolve({ rows: [{ body: JSON.stringify({ applications: ['secret'] }) }] }) };
    const { updateCanaryConfig, deleteCanaryConfig } = front50Rules(kept as never, access, () =>
      Promise.resolve(undefined),
    );
    const call = { params: { id: 'c' }, body: { applications: ['open'] } };
    expect(await of(updateCanaryConfig, call)).toEqual(['open', 'secret']);
    expect(await of(deleteCanaryConfig, call)).toEqual(['secret']);
    expect(await of(rules.deleteCanaryConfig, call)).toBeNull();
  });

  it('goes into the archive for administrators alone', () => {
    expect([rules.readArchive, rules.restoreArchive]).toEqual(['admin', 'admin']);
  });
});

describe('a restore of a pipeline', () => {
  const version = { body: JSON.stringify({ triggers: [{ type: 'webhook', runAsUser: 'root' }] }), application: 'open' };
  const kept = { query: () => Promise.resolve({ rows: [version] }) };
  const restoring = front50Rules(kept as never, access, (name) => Promise.resolve(name === 'root' ? root : undefined));
  const ofRule = (rule: unknown): ((call: unknown) => Promise<unknown>) =>
    (rule as { readonly of: (call: unknown) => Promise<unknown> }).of;

  it.each([
    ['of an earlier version', restoring.restorePipelineVersion, { params: { id: 'p' }, body: { version: 1 } }],
    ['from the recycle bin', restoring.restoreDeleted, { params: { kind: 'pipeline', id: 'p' } }],
  ])('%s brings back no trigger that runs as somebody with more rights', async (_case, rule, call) => {
    await expect(ofRule(rule)({ ...call, identity: ada })).rejects.toMatchObject({ status: 403 });
    expect(await ofRule(rule)({ ...call, identity: { ...ada, admin: true } })).toEqual(['open']);
  });
});
