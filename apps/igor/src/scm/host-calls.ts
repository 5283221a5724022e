import { ServiceError } from '@gennaker/contracts/error';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { ScmAccountConfig } from '@gennaker/service/scm-accounts';
import { z } from 'zod';

/** Not 502 to 504: those say that igor itself is away, and callers would stop calling it for all accounts. */
const HOST_FAILED = 500;
/** Told with a failure that may pass by itself. */
export const HOST_AWAY = 'SOURCE_HOST_AWAY';
const TIMEOUT_MS = 15_000;
const EXCERPT = 300;

/** What calls of an account's API are made with. */
export interface HostCallParts {
  readonly account: ScmAccountConfig;
  readonly http: Ports['http'];
  /** The account's token or password; undefined where it has none. */
  readonly secret: () => Promise<string | undefined>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call of a host's API. */
export interface HostCall<T> {
  readonly method: 'GET' | 'POST';
  /** After the account's address. */
  readonly path: string;
  readonly body?: unknown;
  readonly schema: z.ZodType<T>;
  /** 404 is an answer: there is none. */
  readonly orNone?: boolean;
  /** Does the host say, with this status and text, that what is to be made is there already? */
  readonly conflict?: (status: number, text: string) => boolean;
}

/** Calls a host's API; undefined for what it does not have, where the call asks for that. */
export type CallHost = <T>(call: HostCall<T>) => Promise<T | undefined>;

/** Calls of one account's API. They throw ServiceErrors that name the account, and never hold its secret. */
export function hostCalls({ account, http, secret, headers }: HostCallParts): CallHost {
  return async ({ method, path, body, schema, orNone, conflict }) => {
    const known = await secret();
    const what = `${method} ${account.address}${path}`;
    const response = await http({
      url: `${account.address}${path}`,
      method,
      headers: {
        accept: 'application/json',
        'user-agent': 'gennaker',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(known === undefined ? {} : { authorization: authorization(account.username, known) }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: TIMEOUT_MS,
    }).catch((error: unknown) => {
      // Of a refusal by the egress guard the sentence is the operator's to read.
      if (error instanceof ServiceError && error.status < 500) throw error;
      throw new ServiceError(
        HOST_FAILED,
        `"${account.name}" did not answer ${what}: ${error instanceof Error ? error.message : String(error)}`,
        { kind: HOST_AWAY, fix: `check that ${account.address} is up and reachable from here` },
      );
    });
    const { status } = response;
    if (status === 404 && orNone) return undefined;
    if (status < 200 || status >= 300) throw refused(account, what, status, response.body, conflict);
    const parsed = schema.safeParse(jsonOf(response.body));
    if (parsed.success) return parsed.data;
    throw new ServiceError(
      HOST_FAILED,
      `"${account.name}" answered ${what} with something else than a ${account.type} host does`,
      {
        fix: `check that ${account.address} is the address of its API`,
        errors: parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
      },
    );
  };
}

/** For calls whose answer is there, or an error. */
export async function present<T>(answer: Promise<T | undefined>): Promise<T> {
  const found = await answer;
  if (found === undefined) throw new ServiceError(HOST_FAILED, 'The source host answered nothing');
  return found;
}

/** The newest answers of a host say a link; an answer without one is as good. */
export const linkSchema = z.string().nullish();

function authorization(username: string | undefined, secret: string): string {
  return username === undefined
    ? `Bearer ${secret}`
    : `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}

function refused(
  account: ScmAccountConfig,
  what: string,
  status: number,
  text: string,
  conflict: HostCall<unknown>['conflict'],
): ServiceError {
  const message = `"${account.name}" answered ${status} to ${what}: ${text.trim().slice(0, EXCERPT)}`;
  if (conflict?.(status, text)) return new ServiceError(409, message);
  if (status === 429 || status >= 500)
    return new ServiceError(HOST_FAILED, message, { kind: HOST_AWAY, fix: 'try again in a while' });
  if (status === 401 || status === 403)
    return new ServiceError(400, message, {
      field: 'account',
      fix: `give the account "${account.name}" in gennaker.yml credentials that may do this`,
    });
  if (status === 404)
    return new ServiceError(404, message, {
      field: 'repository',
      fix: `check the repository and the commit, and that "${account.name}" may see them`,
    });
  return new ServiceError(400, message, { fix: 'check the repository, the commit and the name of the tag' });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
