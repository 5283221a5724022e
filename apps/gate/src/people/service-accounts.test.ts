import type { LocalUser } from '@gennaker/contracts/people';
import { describe, expect, it } from 'vitest';
import { usableServiceAccounts } from './service-accounts.ts';

const account = (name: string, roles: string[], more: Partial<LocalUser> = {}): LocalUser => ({
  name,
  roles,
  admin: false,
  enabled: true,
  serviceAccount: true,
  createdAt: 0,
  ...more,
});

describe('service accounts that somebody may use', () => {
  const users = [
    account('robot', ['dev']),
    account('deployer', ['dev', 'ops']),
    account('root', [], { admin: true }),
    account('old', ['dev'], { enabled: false }),
    account('ada', ['dev'], { serviceAccount: false }),
  ];

  it('are those with no right that the caller lacks', () => {
    const ann = { user: 'ann', roles: ['dev'], admin: false, via: 'session' as const };
    expect(usableServiceAccounts(ann, users)).toEqual(['robot']);
    expect(usableServiceAccounts({ ...ann, roles: ['ops', 'dev'] }, users)).toEqual(['robot', 'deployer']);
  });

  it("are an administrator's all, but for those that are off and people", () => {
    const admin = { user: 'a', roles: [], admin: true, via: 'session' as const };
    expect(usableServiceAccounts(admin, users)).toEqual(['robot', 'deployer', 'root']);
  });
});
