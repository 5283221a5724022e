import { authorize } from '@gennaker/access/authorize';
import { permissionsSchema } from '@gennaker/contracts/people';
import { useApplications } from './applications.ts';
import { useMe } from './people.ts';

/** Why who uses this page may not change an application; undefined when he may, or while that is not known. */
export function useChangeRefusal(application: string): string | undefined {
  const me = useMe().data;
  const stored = useApplications().data?.find(({ name }) => name.toLowerCase() === application.toLowerCase());
  const permissions = permissionsSchema.safeParse(stored?.['permissions'] ?? {});
  if (!me || !permissions.success) return undefined;
  const identity = { user: me.username, roles: me.roles, admin: me.isAdmin, via: 'session' } as const;
  const decision = authorize(identity, 'WRITE', permissions.data, application);
  return decision.allowed ? undefined : [decision.reason.summary, decision.reason.next].filter(Boolean).join('; ');
}
