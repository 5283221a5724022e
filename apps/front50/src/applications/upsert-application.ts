import { badRequest } from '@gennaker/contracts/error';
import { type Application, applicationSchema } from '@gennaker/contracts/front50';
import { nameProblems } from '@gennaker/contracts/moniker';
import { trafficGuardsSchema } from '@gennaker/contracts/traffic-guards';
import type { Queryable } from '@gennaker/store/database';
import type { Front50 } from '../front50.ts';
import { addApplicationVersion } from './application-history.ts';
import { getApplication } from './read-applications.ts';

/** What the system writes itself; a client that sends it back changes nothing. */
const OWN = new Set(['createTs', 'updateTs', 'lastModifiedBy']);

/**
 * Creates an application or merges into it: keys that are absent or null stay as they are, unknown keys are kept.
 * @throws ServiceError 400 for a name that clouds cannot carry, a missing e-mail at creation, a wrong shape
 */
export async function upsertApplication(
  front50: Front50,
  client: Queryable,
  name: string,
  given: Readonly<Record<string, unknown>>,
  user: string,
): Promise<Application> {
  const id = name.trim().toLowerCase();
  if (typeof given['name'] === 'string' && given['name'].trim().toLowerCase() !== id)
    throw badRequest(`The body names application "${given['name']}", the address "${name}"`, {
      field: 'name',
      fix: 'use the same name in both',
    });
  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', ['front50.applications', id]);
  const { rows } = await client.query<{ attributes: Record<string, unknown> }>(
    'select attributes from front50.applications where id = $1',
    [id],
  );
  const stored = rows[0]?.attributes;
  const kept = Object.entries(given).filter(([key, value]) => value !== null && value !== undefined && !OWN.has(key));
  const attributes: Record<string, unknown> = { ...stored, ...Object.fromEntries(kept), name: id };
  attributes['cloudProviders'] = listText(attributes['cloudProviders']);
  if (attributes['cloudProviders'] === undefined) delete attributes['cloudProviders'];
  checkApplication(id, attributes);
  const now = new Date(front50.clock.now());
  await client.query(
    `insert into front50.applications (id, attributes, created_at, updated_at, updated_by) values ($1, $2::jsonb, $3, $3, $4)
     on conflict (id) do update set attributes = excluded.attributes, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    [id, JSON.stringify(attributes), now, user],
  );
  await addApplicationVersion(client, id, { attributes, at: now, user, deleted: false });
  return getApplication(client, id);
}

/** Lists come as arrays or as comma-separated text and are kept as text. */
function listText(value: unknown): unknown {
  return Array.isArray(value) ? value.join(',') : value;
}

function checkApplication(id: string, attributes: Readonly<Record<string, unknown>>): void {
  const providers = String(attributes['cloudProviders'] ?? '')
    .split(/\s*,\s*/)
    .filter(Boolean);
  const isElsewhere = providers.length > 0 && !providers.includes('gce');
  // Whatever is deployed here has the application's name before a hyphen.
  const problems = nameProblems(
    isElsewhere ? id.replaceAll('-', '') : id,
    undefined,
    undefined,
    providers.includes('gce'),
  );
  if (problems.length > 0)
    throw badRequest(problems.join('; '), {
      field: 'name',
      fix: 'choose another name: it becomes part of every server group; with other cloudProviders than gce it may hold hyphens',
      errors: problems,
    });
  const shape = applicationSchema.safeParse(attributes);
  const issue = shape.error?.issues[0];
  if (issue)
    throw badRequest(`Application attribute ${issue.path.join('.')}: ${issue.message}`, {
      field: issue.path.join('.'),
      fix: 'correct this attribute',
    });
  const guards = trafficGuardsSchema.safeParse(attributes['trafficGuards'] ?? []);
  if (!guards.success) {
    const errors = guards.error.issues.map(
      ({ path, message }) => `${['trafficGuards', ...path].join('.')}: ${message}`,
    );
    throw badRequest(errors.join('; '), {
      field: ['trafficGuards', ...(guards.error.issues[0]?.path ?? [])].join('.'),
      fix: 'a guard is {account, location, stack, detail, enabled, minCapacityPercentage}; * stands for any account, location, stack or detail',
      errors,
    });
  }
  if (String(attributes['email'] ?? '').trim() === '')
    throw badRequest(`Application "${id}" needs an e-mail address of its owner`, {
      field: 'email',
      fix: 'add "email"',
    });
}
