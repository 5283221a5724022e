import { AUTHORIZATIONS, type Identity, type Permissions } from '@gennaker/contracts/people';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorize } from './authorize.ts';

const person = (roles: string[], more: Partial<Identity> = {}): Identity => ({
  user: 'ada',
  roles,
  admin: false,
  via: 'session',
  ...more,
});
const role = fc.constantFrom('dev', 'ops', 'qa', 'Sec');
const roles = fc.uniqueArray(role);
const application = fc.constantFrom('hello', 'HELLO', 'other');
const authorization = fc.constantFrom(...AUTHORIZATIONS);
const permissions: fc.Arbitrary<Permissions> = fc
  .record({ READ: roles, WRITE: roles, EXECUTE: roles }, { requiredKeys: [] })
  .map((made) => ({ ...made }));
const scope = fc.record({ authorizations: fc.uniqueArray(authorization), applications: fc.uniqueArray(application) });

describe('authorize', () => {
  it('lets everybody do what nobody restricted', () => {
    fc.assert(
      fc.property(roles, authorization, application, (held, needed, app) => {
        for (const open of [undefined, {}, { READ: [], WRITE: [], EXECUTE: [] }])
          expect(authorize(person(held), needed, open, app).allowed).toBe(true);
      }),
    );
  });

  it('never takes away by giving a further role', () => {
    fc.assert(
      fc.property(roles, role, authorization, permissions, (held, more, needed, given) => {
        const before = authorize(person(held), needed, given, 'hello').allowed;
        const after = authorize(person([...held, more]), needed, given, 'hello').allowed;
        expect(!before || after).toBe(true);
      }),
    );
  });

  it('never lets a scope widen anything, not even an administrator’s rights', () => {
    fc.assert(
      fc.property(
        roles,
        fc.boolean(),
        scope,
        authorization,
        permissions,
        application,
        (held, admin, narrow, needed, given, app) => {
          const free = authorize(person(held, { admin }), needed, given, app).allowed;
          const scoped = authorize(person(held, { admin, scope: narrow }), needed, given, app).allowed;
          expect(!scoped || free).toBe(true);
          if (scoped) {
            expect(narrow.authorizations).toContain(needed);
            expect(narrow.applications.map((name) => name.toLowerCase())).toContain(app.toLowerCase());
          }
        },
      ),
    );
  });

  it('falls back from EXECUTE to the readers, and from nothing else', () => {
    const readers: Permissions = { READ: ['dev'] };
    expect(authorize(person(['dev']), 'EXECUTE', readers, 'hello').allowed).toBe(true);
    expect(authorize(person(['ops']), 'EXECUTE', readers, 'hello').allowed).toBe(false);
    expect(authorize(person(['ops']), 'WRITE', readers, 'hello').allowed).toBe(true);
    expect(authorize(person(['ops']), 'READ', { WRITE: ['ops'], READ: ['dev'] }, 'hello').allowed).toBe(false);
  });

  it('names the missing role and who can give it', () => {
    const decision = authorize(person(['qa']), 'WRITE', { WRITE: ['ops'] }, 'Hello');
    expect(decision).toMatchObject({
      allowed: false,
      reason: { summary: expect.stringContaining('ops'), next: expect.stringContaining('administrator') },
    });
  });

  it('reads role and application names in any case', () => {
    expect(authorize(person(['DEV']), 'READ', { READ: ['dev'] }, 'hello').allowed).toBe(true);
    const scoped = person([], { scope: { applications: ['Hello'] } });
    expect(authorize(scoped, 'READ', undefined, 'hELLO').allowed).toBe(true);
  });
});
