import type { Reason } from '@gennaker/contracts/execution';
import type { Authorization, Identity, Permissions } from '@gennaker/contracts/people';

/** What was decided, and when it was a no: why, and who can change it. */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: Reason };

const WORDS: Readonly<Record<Authorization, string>> = {
  READ: 'look at',
  WRITE: 'change',
  EXECUTE: 'run pipelines of',
};

/**
 * May this caller do this with an application? Purely; the caller of this function has proven who calls.
 * Nothing configured: open to all. One authorization never implies another, except that EXECUTE, where it is not
 * configured, is the readers'. An administrator may do everything; a token's scope narrows everybody's rights.
 * `permissions` undefined: there is no such application, which nobody has restricted.
 */
export function authorize(
  identity: Identity,
  authorization: Authorization,
  permissions: Permissions | undefined,
  application: string,
): Decision {
  const outside = outsideScope(identity, authorization, application);
  if (outside) return { allowed: false, reason: outside };
  if (identity.admin) return { allowed: true };
  const { roles, configured } = holders(permissions ?? {}, authorization);
  if (roles.length === 0) return { allowed: true };
  const held = new Set(identity.roles.map(folded));
  if (roles.some((role) => held.has(folded(role)))) return { allowed: true };
  return {
    allowed: false,
    reason: {
      summary: `${identity.user} may not ${WORDS[authorization]} application ${folded(application)}: this takes the role ${roles.join(' or ')}`,
      evidence: { user: identity.user, roles: [...identity.roles], authorization, configured, needed: [...roles] },
      next: `ask an administrator for the role ${roles.join(' or ')}, or whoever may change the application for ${authorization}`,
    },
  };
}

/** An application's roles for an authorization, and the authorization that names them. */
function holders(
  permissions: Permissions,
  authorization: Authorization,
): { readonly roles: readonly string[]; readonly configured: Authorization } {
  const own = permissions[authorization] ?? [];
  if (own.length > 0 || authorization !== 'EXECUTE') return { roles: own, configured: authorization };
  return { roles: permissions.READ ?? [], configured: 'READ' };
}

function outsideScope(identity: Identity, authorization: Authorization, application: string): Reason | undefined {
  const { authorizations, applications } = identity.scope ?? {};
  const next = 'use a token whose scope has it, or none';
  if (authorizations && !authorizations.includes(authorization))
    return {
      summary: `This token of ${identity.user} carries ${authorizations.join(', ') || 'nothing'}, not ${authorization}`,
      evidence: { user: identity.user, authorization, scope: [...authorizations] },
      next,
    };
  if (applications && !applications.some((name) => folded(name) === folded(application)))
    return {
      summary: `This token of ${identity.user} is for ${applications.join(', ') || 'no application'}, not for ${folded(application)}`,
      evidence: { user: identity.user, application: folded(application), scope: [...applications] },
      next,
    };
  return undefined;
}

function folded(name: string): string {
  return name.trim().toLowerCase();
}
