import { z } from 'zod';
import { defineApi } from './route.ts';

/** What may be done with an application (Spinnaker's words). Having one does not imply another, except as libs/access says. */
export const AUTHORIZATIONS = ['READ', 'WRITE', 'EXECUTE'] as const;
export const authorizationSchema = z.enum(AUTHORIZATIONS);
export type Authorization = z.infer<typeof authorizationSchema>;

/** Roles that may do each thing; an absent or empty list leaves that thing open to all. */
export const permissionsSchema = z.partialRecord(authorizationSchema, z.array(z.string()));
export type Permissions = z.infer<typeof permissionsSchema>;

/** Limits of an API token: what of its owner's rights it carries, and for which applications (absent: all). */
export const tokenScopeSchema = z.object({
  authorizations: z.array(authorizationSchema).optional(),
  applications: z.array(z.string()).optional(),
});
export type TokenScope = z.infer<typeof tokenScopeSchema>;

/** A known person or program. `admin` may do everything that the scope lets. */
export const personSchema = z.object({
  user: z.string(),
  roles: z.array(z.string()),
  admin: z.boolean(),
});
export type Person = z.infer<typeof personSchema>;

/** Who calls: proven by gate, carried between services in a signed short-lived token. `service`: the service that calls on the person's behalf. */
export const identitySchema = personSchema.extend({
  via: z.enum(['anonymous', 'session', 'token', 'basic', 'service']),
  service: z.string().optional(),
  scope: tokenScopeSchema.optional(),
});
export type Identity = z.infer<typeof identitySchema>;

/** The caller while no authentication is set up: everything is open to this machine's own programs. */
export const ANONYMOUS: Identity = { user: 'anonymous', roles: [], admin: true, via: 'anonymous' };

/** Somebody known by name alone: nothing is allowed on the ground of roles. */
export function namedOnly(user: string): Identity {
  return { user, roles: [], admin: false, via: 'service' };
}

/** A local user as administrators see one. */
export const localUserSchema = z.object({
  name: z.string(),
  email: z.string().optional(),
  roles: z.array(z.string()),
  admin: z.boolean(),
  enabled: z.boolean(),
  /** Holds tokens and cannot log in. */
  serviceAccount: z.boolean(),
  createdAt: z.number(),
  lastLoginAt: z.number().optional(),
});
export type LocalUser = z.infer<typeof localUserSchema>;

/** An API token as lists show it, in Spinnaker's wire form; the token itself is shown once, when it is made. */
export const apiTokenSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  principalType: z.enum(['USER', 'SERVICE_ACCOUNT']),
  principalId: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.number().optional(),
  scope: tokenScopeSchema.optional(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;

/** `GET /auth/user`: Spinnaker's shape; `authentication` false while nobody has to log in. */
export const userViewSchema = z.looseObject({
  username: z.string(),
  email: z.string(),
  roles: z.array(z.string()),
  allowedAccounts: z.array(z.string()),
  authorities: z.array(z.object({ authority: z.string() })),
  enabled: z.boolean(),
  accountNonExpired: z.boolean(),
  accountNonLocked: z.boolean(),
  credentialsNonExpired: z.boolean(),
  isAdmin: z.boolean(),
  canMintApiTokens: z.boolean(),
  maxUserTokenLifetimeDays: z.number(),
  maxServiceAccountTokenLifetimeDays: z.number(),
  authentication: z.boolean(),
});
export type UserView = z.infer<typeof userViewSchema>;

const userName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9@._-]*$/, 'letters, digits and @ . _ - only');
const password = z.string().min(12, 'at least 12 characters').max(512);
const name = z.object({ name: z.string() });

/** People at gate: logging in, users, roles and tokens. */
export const peopleRoutes = defineApi({
  user: { method: 'GET', path: '/auth/user', summary: 'Who calls', response: userViewSchema },
  login: {
    method: 'POST',
    path: '/auth/login',
    summary: 'Log in as a local user; sets the SESSION cookie',
    body: z.object({ username: z.string(), password: z.string() }),
    answers: 'raw',
  },
  logout: { method: 'POST', path: '/auth/logout', summary: 'End the session', answers: 'raw' },
  logoutByLink: { method: 'GET', path: '/auth/logout', summary: 'End the session, by a link', answers: 'raw' },
  loggedOut: { method: 'GET', path: '/auth/loggedOut', summary: 'Says that one is logged out', answers: 'text' },
  changePassword: {
    method: 'POST',
    path: '/auth/password',
    summary: "Change one's own password; all other sessions end",
    body: z.object({ current: z.string(), next: password }),
    status: 204,
  },
  roles: { method: 'GET', path: '/auth/roles', summary: "The caller's roles", response: z.array(z.string()) },
  listApiTokens: {
    method: 'GET',
    path: '/auth/apiTokens',
    summary: "One's tokens (an administrator's: all)",
    response: z.array(apiTokenSchema),
  },
  createApiToken: {
    method: 'POST',
    path: '/auth/apiTokens',
    summary: 'Make a token; the answer is the only one that shows it',
    body: z.object({
      name: z.string().min(1).max(64),
      principalType: z.enum(['USER', 'SERVICE_ACCOUNT']).default('USER'),
      principalId: z.string().optional(),
      expiresAt: z.number().int().optional().describe('epoch milliseconds'),
      scope: tokenScopeSchema.optional(),
    }),
    response: apiTokenSchema.extend({ token: z.string() }),
    status: 201,
  },
  deleteApiToken: {
    method: 'DELETE',
    path: '/auth/apiTokens/:id',
    summary: 'Revoke a token at once',
    params: z.object({ id: z.string() }),
    status: 204,
  },
  listUsers: {
    method: 'GET',
    path: '/auth/users',
    summary: 'Local users (administrators)',
    response: z.array(localUserSchema),
  },
  createUser: {
    method: 'POST',
    path: '/auth/users',
    summary: 'Add a local user (administrators); the first, an administrator, turns authentication on',
    body: z.object({
      name: userName,
      password: password.optional().describe('absent: a service account, which holds tokens and cannot log in'),
      email: z.string().optional(),
      roles: z.array(z.string()).default([]),
      admin: z.boolean().default(false),
    }),
    response: localUserSchema,
    status: 201,
  },
  updateUser: {
    method: 'PATCH',
    path: '/auth/users/:name',
    summary: "Change a user's roles, email, rights or password (administrators); its sessions end when rights shrink",
    params: name,
    body: z.object({
      email: z.string().optional(),
      roles: z.array(z.string()).optional(),
      admin: z.boolean().optional(),
      enabled: z.boolean().optional(),
      password: password.optional(),
    }),
    response: localUserSchema,
  },
  deleteUser: {
    method: 'DELETE',
    path: '/auth/users/:name',
    summary: 'Remove a user with its sessions and tokens (administrators)',
    params: name,
    status: 204,
  },
  person: {
    method: 'GET',
    path: '/auth/people/:name',
    summary: 'A known person or service account with its roles, for the other services',
    params: name,
    response: personSchema,
  },
  authentication: {
    method: 'GET',
    path: '/auth/mode',
    summary: 'Does one have to log in?',
    response: z.object({ on: z.boolean() }),
  },
  setAuthentication: {
    method: 'PUT',
    path: '/auth/mode',
    summary: 'Turn authentication on or off (administrators)',
    body: z.object({ on: z.boolean() }),
    response: z.object({ on: z.boolean() }),
  },
});
