import { authorize } from '@gennaker/access/authorize';
import { ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import type { Authorization, Identity, Permissions } from '@gennaker/contracts/people';
import type { Api, Call, Handlers, Route, StreamEvent } from '@gennaker/contracts/route';

/** What decides about callers: whether anybody has to log in, and whom the applications are open to. */
export interface Access {
  /** Must callers be known? @throws when that cannot be found out: nobody is let in then */
  authentication(): Promise<boolean>;
  /** Permissions of one application; undefined when it has none or does not exist. */
  permissions(application: string): Promise<Permissions | undefined>;
}

/** Names of applications; undefined: should be there and is not. null: no application is concerned. */
type Applications = string | readonly string[] | undefined | null;

/**
 * What one operation demands of its caller once authentication is on.
 * `signed`: known to gate; the handler itself or nobody decides more. `service`: another service on its own behalf.
 * `admin`: an administrator. `needs`: an authorization for the application(s) that the call names (none: refused).
 * `shows`: READ for what the answer is about; a list loses what the caller may not see, a single thing is refused. `listed`:
 * the answer's field that is the list.
 */
export type Rule<R extends Route = Route> =
  | 'signed'
  | 'service'
  | 'admin'
  | {
      readonly needs: Authorization;
      readonly of: (call: Call<R>) => Applications | Promise<Applications>;
    }
  | { readonly shows: (item: unknown) => Applications | Promise<Applications>; readonly listed?: string };

/** A rule for each operation of an API: none can be forgotten. */
export type Rules<A extends Api> = { readonly [K in keyof A]: Rule<A[K]> };

/** 403 that says which role is missing and who can give it. */
function forbidden(reason: Reason): ServiceError {
  return new ServiceError(403, reason.summary, {
    ...(reason.next === undefined ? {} : { fix: reason.next }),
    ...(reason.evidence === undefined ? {} : { evidence: reason.evidence }),
  });
}

/**
 * Demands an authorization for every named application; nothing is demanded while authentication is off.
 * @throws ServiceError 403
 */
export async function demand(
  access: Access,
  identity: Identity,
  needs: Authorization,
  applications: Applications,
): Promise<void> {
  if (applications === null || !(await access.authentication())) return;
  const names = [applications ?? []].flat();
  if (names.length === 0 && !(identity.admin && identity.scope === undefined))
    throw forbidden({
      summary: `${identity.user} names no application, so that nobody can tell whether this is allowed`,
      next: 'name the application, or ask an administrator to do it',
    });
  for (const name of names) {
    const decision = authorize(identity, needs, await access.permissions(name), name);
    if (!decision.allowed) throw forbidden(decision.reason);
  }
}

/** Demands an administrator whom no scope narrows. @throws ServiceError 403 */
export async function demandAdmin(access: Access, identity: Identity): Promise<void> {
  if (!(await access.authentication()) || (identity.admin && identity.scope === undefined)) return;
  throw forbidden({
    summary: `${identity.user} is no administrator${identity.admin ? ' with this token, which has a scope' : ''}`,
    evidence: { user: identity.user, admin: identity.admin, scope: identity.scope ?? null },
    next: 'ask an administrator, or use an administrator’s session',
  });
}

/** May the caller look at all of these applications? For handlers whose answers hold things of several. */
export async function mayRead(access: Access, identity: Identity, applications: Applications): Promise<boolean> {
  if (applications === null) return true;
  const names = [applications ?? []].flat();
  if (names.length === 0) return identity.admin && identity.scope === undefined;
  for (const name of names)
    if (!authorize(identity, 'READ', await access.permissions(name), name).allowed) return false;
  return true;
}

type Handler = (call: Call<Route>) => unknown;

/** A service's handlers with its rules in front of them; `api` tells which of them answer streams of items. */
export function guarded<const A extends Api>(
  handlers: Handlers<A>,
  rules: Partial<Rules<A>>,
  access: Access,
  api: Api = {},
): Handlers<A> {
  const wrapped = Object.entries(handlers).map(([operation, handler]): [string, Handler] => {
    // What nobody thought of is an administrator's.
    const rule: Rule = rules[operation] ?? 'admin';
    return [operation, ruled(handler as Handler, rule, access, api[operation]?.answers === 'stream')];
  });
  return Object.fromEntries(wrapped) as unknown as Handlers<A>;
}

function ruled(handler: Handler, rule: Rule, access: Access, isItems: boolean): Handler {
  if (rule === 'signed') return handler;
  if (typeof rule === 'object' && 'shows' in rule)
    return async (call) => {
      const answer: unknown = await handler(call);
      if (!(await access.authentication())) return answer;
      const seen = (part: unknown): Promise<unknown> => visible(access, call.identity, rule.shows, part, isItems);
      if (rule.listed === undefined || answer === null || typeof answer !== 'object') return seen(answer);
      return { ...answer, [rule.listed]: await seen(Reflect.get(answer, rule.listed)) };
    };
  return async (call) => {
    if (rule === 'admin') await demandAdmin(access, call.identity);
    else if (rule === 'service') await demandService(access, call.identity);
    else if (await access.authentication()) await demand(access, call.identity, rule.needs, await rule.of(call));
    return handler(call);
  };
}

async function demandService(access: Access, identity: Identity): Promise<void> {
  if (!(await access.authentication()) || (identity.via === 'service' && identity.service !== 'gate')) return;
  throw forbidden({ summary: `${identity.user} is no service: only the system itself calls this` });
}

async function visible(
  access: Access,
  identity: Identity,
  shows: (item: unknown) => Applications | Promise<Applications>,
  answer: unknown,
  isItems: boolean,
): Promise<unknown> {
  if (Array.isArray(answer)) {
    const seen = await Promise.all(answer.map(async (item) => mayRead(access, identity, await shows(item))));
    return answer.filter((_, index) => seen[index]);
  }
  if (isStream(answer)) return visibleItems(access, identity, (item) => shows(isItems ? item : dataOf(item)), answer);
  await demand(access, identity, 'READ', await shows(answer));
  return answer;
}

async function* visibleItems(
  access: Access,
  identity: Identity,
  shows: (item: unknown) => Applications | Promise<Applications>,
  items: AsyncIterable<unknown>,
): AsyncGenerator {
  for await (const item of items) if (await mayRead(access, identity, await shows(item))) yield item;
}

/** What an event of a stream is about. */
const dataOf = (event: unknown): unknown => (event as StreamEvent).data;

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return value !== null && typeof value === 'object' && Symbol.asyncIterator in value;
}

/** The `application` of an answer's item, as `shows` and `of` want it. */
export function applicationOf(item: unknown): string | undefined {
  if (item === null || typeof item !== 'object' || !('application' in item)) return undefined;
  return typeof item.application === 'string' ? item.application : undefined;
}
