import { z } from 'zod';
import { reasonSchema } from './execution.ts';
import { defineApi } from './route.ts';

const millis = z.number().describe('epoch milliseconds');

/** Where a secret is: a file in the credentials folder of the system, or a variable of the process that reads it. */
const secretPlaces = [
  z.strictObject({
    type: z.literal('file'),
    path: z
      .string()
      .min(1)
      .max(255)
      .regex(
        /^(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/,
        'must be a path within the credentials folder, such as prod.json: no leading slash, no ".."',
      ),
  }),
  z.strictObject({
    type: z.literal('environment'),
    variable: z.string().regex(/^[A-Z_][A-Z0-9_]{0,127}$/, 'must be the name of a variable, such as GCP_PROD_KEY'),
  }),
] as const;
export const secretReferenceSchema = z.discriminatedUnion('type', secretPlaces);
export type SecretReference = z.infer<typeof secretReferenceSchema>;

/**
 * Where an account's credentials are; their values are never sent, kept or shown. `file`: a file in the credentials
 * folder of the system. `environment`: a variable of clouddriver's processes that holds the JSON. `applicationDefault`:
 * what Google's client libraries find by themselves.
 */
export const credentialsReferenceSchema = z.discriminatedUnion('type', [
  ...secretPlaces,
  z.strictObject({ type: z.literal('applicationDefault') }),
]);
export type CredentialsReference = z.infer<typeof credentialsReferenceSchema>;

const nameOf = (what: string) =>
  z
    .string()
    .min(1)
    .max(63)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, `must be ${what}: letters, digits and . _ -`);

/** An account as it is added or replaced; what a cloud wants further comes beside. */
export const accountDefinitionSchema = z.looseObject({
  name: nameOf('a name of an account'),
  type: z.string().default('gce').describe('the cloud; as cloudProvider'),
  project: z.string().regex(/^[a-z0-9][a-z0-9.:-]{0,99}$/, 'must be the id of a project, not its title'),
  endpoint: z.url().optional().describe("address of a compatible API; absent: the cloud's own"),
  regions: z.array(nameOf('a region')).min(1, 'must name at least one region').max(100),
  credentials: credentialsReferenceSchema.optional().describe('absent: applicationDefault, or none for an endpoint'),
  environment: z.string().max(63).optional().describe('such as prod; shown beside the name'),
  accountType: z.string().max(63).optional(),
  primaryAccount: z.boolean().optional(),
  challengeDestructiveActions: z.boolean().optional().describe('the UI asks for the name before it destroys'),
  imageProjects: z.array(z.string()).max(50).optional().describe('further projects whose images may be used'),
});
export type AccountDefinition = z.infer<typeof accountDefinitionSchema>;

/** How the inventory of an account is kept. */
export const accountInventorySchema = z.object({
  lastSeen: millis.optional().describe('when a look last succeeded; absent: never yet'),
  failingSince: millis.optional(),
  error: z.string().optional().describe("why the last look failed, in the cloud's words"),
  nextLook: millis.optional(),
  watchedBy: z.string().optional().describe('the process that looks'),
  serverGroups: z.number().int(),
  instances: z.number().int(),
});

/** An account in Spinnaker's shape. `expand` adds what stands after `regions`. */
export const accountViewSchema = z.looseObject({
  name: z.string(),
  type: z.string(),
  cloudProvider: z.string(),
  accountType: z.string(),
  environment: z.string(),
  primaryAccount: z.boolean(),
  challengeDestructiveActions: z.boolean(),
  regions: z.array(z.looseObject({ name: z.string(), zones: z.array(z.string()).optional() })),
  project: z.string().optional(),
  endpoint: z.string().optional(),
  platformHealth: z.string().optional(),
  capabilities: z.array(z.string()).optional(),
  source: z.enum(['configuration', 'added']).optional().describe('configuration: gennaker.yml, which alone changes it'),
  readOnly: z.boolean().optional(),
  problem: z.string().optional().describe('why it cannot be used, e.g. missing credentials'),
  inventory: accountInventorySchema.optional(),
});
export type AccountView = z.infer<typeof accountViewSchema>;

/** An account's definition as administrators see it: references to credentials, never values. */
export const storedAccountSchema = accountDefinitionSchema.extend({
  source: z.enum(['configuration', 'added']),
  readOnly: z.boolean(),
  updatedAt: millis.optional(),
  updatedBy: z.string().optional(),
});
export type StoredAccount = z.infer<typeof storedAccountSchema>;

/** One thing that was tried of an account. `unknown`: this cloud has no way to tell. */
export const accountCheckSchema = z.object({
  name: z.string().describe('e.g. credentials, project, regions, quota us-central1, permission compute.instances.list'),
  outcome: z.enum(['ok', 'warning', 'failed', 'unknown']),
  reason: reasonSchema,
});
export type AccountCheck = z.infer<typeof accountCheckSchema>;

/** What works of an account and what does not: nothing was changed to find it out. */
export const accountVerificationSchema = z.object({
  account: z.string(),
  ok: z.boolean().describe('nothing failed'),
  checks: z.array(accountCheckSchema),
  missingPermissions: z.array(z.string()),
});
export type AccountVerification = z.infer<typeof accountVerificationSchema>;

/** One line of what was done to accounts. */
export const accountAuditSchema = z.object({
  at: millis,
  user: z.string(),
  action: z.enum(['added', 'changed', 'removed']),
  account: z.string(),
  changes: z.array(z.object({ field: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
});
export type AccountAudit = z.infer<typeof accountAuditSchema>;

const account = z.object({ account: z.string() });

/** Accounts: the same paths at gate and at clouddriver. Changes are an administrator's, and need no restart. */
export const cloudAccountRoutes = defineApi({
  listAccounts: {
    method: 'GET',
    path: '/credentials',
    summary: 'Accounts',
    query: z.object({ expand: z.string().optional() }),
    response: z.array(accountViewSchema),
  },
  getAccount: {
    method: 'GET',
    path: '/credentials/:account',
    summary: 'One account, with how its inventory is kept',
    params: account,
    response: accountViewSchema,
  },
  listAccountDefinitions: {
    method: 'GET',
    path: '/credentials/type/:type',
    summary: 'Definitions of the accounts of a cloud (administrators)',
    params: z.object({ type: z.string() }),
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1000).optional(),
      startingAccountName: z.string().optional(),
    }),
    response: z.array(storedAccountSchema),
  },
  addAccount: {
    method: 'POST',
    path: '/credentials',
    summary: 'Add an account; it works at once, in every process (administrators)',
    body: accountDefinitionSchema,
    response: storedAccountSchema,
    status: 201,
  },
  updateAccount: {
    method: 'PUT',
    path: '/credentials',
    summary: 'Replace the definition of the added account that the body names (administrators)',
    body: accountDefinitionSchema,
    response: storedAccountSchema,
  },
  removeAccount: {
    method: 'DELETE',
    path: '/credentials/:account',
    summary: 'Forget an added account and what was seen of it; the cloud itself is not touched (administrators)',
    params: account,
    status: 204,
  },
  verifyAccount: {
    method: 'POST',
    path: '/credentials/:account/verify',
    summary: 'Try what works of an account, and what is missing; changes nothing (administrators)',
    params: account,
    response: accountVerificationSchema,
  },
  verifyDefinition: {
    method: 'POST',
    path: '/credentials/verify',
    summary: 'The same for a definition before it is added (administrators)',
    body: accountDefinitionSchema,
    response: accountVerificationSchema,
  },
  refreshAccount: {
    method: 'POST',
    path: '/credentials/:account/refresh',
    summary: 'Look at everything of an account now, and answer when it is seen',
    params: account,
    response: accountViewSchema,
  },
  accountHistory: {
    method: 'GET',
    path: '/credentials/history',
    summary: 'What was done to accounts, by whom, newest first (administrators)',
    query: z.object({
      account: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    response: z.array(accountAuditSchema),
  },
});
