/** Sorts of failure: what can be done about one depends on its sort alone. */
export type FailureKind =
  | 'quota'
  | 'stockOut'
  | 'permission'
  | 'notFound'
  | 'conflict'
  | 'precondition'
  | 'inUse'
  | 'notReady'
  | 'rateLimit'
  | 'unavailable'
  | 'invalid'
  | 'unknown';

/** What went wrong at Google Compute, whatever the client library made of it. `http` is 0 when nobody answered. */
export interface GceError {
  readonly http: number;
  /** Google's reason, such as `alreadyExists`; inferred from status and text where the client lost it. */
  readonly reason: string;
  readonly kind: FailureKind;
  /** Google's words. */
  readonly message: string;
}

/** An error of a call or of an operation at Google Compute. */
export class GceFailure extends Error {
  readonly gce: GceError;
  constructor(what: string, gce: Omit<GceError, 'kind'>) {
    super(`${what} failed: ${gce.message}${gce.http ? ` (${gce.http} ${gce.reason})` : ` (${gce.reason})`}`);
    this.name = 'GceFailure';
    this.gce = { http: gce.http, reason: gce.reason, kind: kindOf(gce.reason), message: gce.message };
  }
}

/**
 * Google's reasons with the sort of each, and the words that mean the same: those of `ErrorInfo` (google.api.ErrorReason)
 * and the codes of operations.
 */
const REASONS: readonly (readonly [reason: string, kind: FailureKind, ...words: string[]])[] = [
  ['quotaExceeded', 'quota', 'QUOTA_EXCEEDED', 'RESOURCE_QUOTA_EXCEEDED'],
  ['limitExceeded', 'quota', 'LIMIT_EXCEEDED'],
  ['dailyLimitExceeded', 'quota'],
  ['stockOut', 'stockOut', 'ZONE_RESOURCE_POOL_EXHAUSTED', 'ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS'],
  [
    'forbidden',
    'permission',
    'PERMISSIONS_ERROR',
    'PERMISSION_DENIED',
    'IAM_PERMISSION_DENIED',
    'CONSUMER_INVALID',
    'CONSUMER_SUSPENDED',
    'USER_PROJECT_DENIED',
    'BILLING_DISABLED',
  ],
  ['insufficientPermissions', 'permission', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'],
  ['accessNotConfigured', 'permission', 'SERVICE_DISABLED'],
  ['authError', 'permission', 'ACCESS_TOKEN_EXPIRED', 'CREDENTIALS_MISSING', 'ACCOUNT_STATE_INVALID'],
  ['required', 'invalid', 'MISSING_REQUIRED_FIELD'],
  ['invalid', 'invalid', 'INVALID_FIELD_VALUE'],
  ['badRequest', 'invalid'],
  ['notFound', 'notFound', 'RESOURCE_NOT_FOUND'],
  ['alreadyExists', 'conflict', 'RESOURCE_ALREADY_EXISTS'],
  ['conditionNotMet', 'precondition', 'CONDITION_NOT_MET'],
  ['resourceInUseByAnotherResource', 'inUse', 'RESOURCE_IN_USE_BY_ANOTHER_RESOURCE'],
  ['resourceNotReady', 'notReady', 'RESOURCE_NOT_READY'],
  ['rateLimitExceeded', 'rateLimit', 'RATE_LIMIT_EXCEEDED'],
  ['userRateLimitExceeded', 'rateLimit'],
  ['backendError', 'unavailable'],
  ['internalError', 'unavailable', 'INTERNAL_ERROR'],
  ['unreachable', 'unavailable'],
];
const KIND_OF_REASON: ReadonlyMap<string, FailureKind> = new Map(REASONS.map(([reason, kind]) => [reason, kind]));
const REASON_OF_WORD: ReadonlyMap<string, string> = new Map(
  REASONS.flatMap(([reason, , ...words]) => words.map((word) => [word, reason] as const)),
);

/** The sort of a reason. */
export function kindOf(reason: string): FailureKind {
  return KIND_OF_REASON.get(reason) ?? 'unknown';
}

/** Is it a failure of this sort? */
export function failedAs(error: unknown, kind: FailureKind): error is GceFailure {
  return error instanceof GceFailure && error.gce.kind === kind;
}

const HTTP_OF_GRPC: Readonly<Record<number, number>> = {
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 412,
  10: 409,
  13: 500,
  14: 503,
  16: 401,
};

/** Where the client library keeps the body that it read; the error itself lacks `errors[].reason`. */
const RAW_BODY = Symbol.for('google-gax.rawHttpResponsePayload');
const UNREACHABLE =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|socket hang up|fetch failed|aborted due to timeout|network/i;

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Reduces an error of any generation of the client (gRPC codes, HTTP codes, JSON as message) to one shape. */
export function normalizeGceError(error: unknown): GceError {
  if (error instanceof GceFailure) return error.gce;
  const raw = record(error);
  const text = error instanceof Error ? error.message : String(raw['message'] ?? error);
  const response = record(raw['response']);
  const answered = record(record(response['data'])['error']);
  const kept = (error as { readonly [RAW_BODY]?: unknown } | null | undefined)?.[RAW_BODY];
  const body = Object.keys(answered).length > 0 ? answered : googleBody(typeof kept === 'string' && kept ? kept : text);
  const code = number(raw['code']) || Number(raw['code']) || 0;
  const http =
    number(body['code']) ||
    number(raw['httpStatusCode']) ||
    number(response['status']) ||
    (code >= 100 ? code : (HTTP_OF_GRPC[code] ?? 0));
  const message = typeof body['message'] === 'string' ? body['message'] : text;
  const listed = record((Array.isArray(body['errors']) ? body['errors'] : [])[0])['reason'];
  // A word that says nothing here leaves it to the status.
  const told = [listed, raw['reason']].flatMap((word) => (typeof word === 'string' ? [reasonOfCode(word)] : []));
  const reason =
    told.find((word) => kindOf(word) !== 'unknown') ?? inferReason(http, `${message} ${String(raw['code'] ?? '')}`);
  return { http: reason === 'unreachable' ? 0 : http, reason, kind: kindOf(reason), message };
}

/** Google's reason for the code of an operation's or an instance's error, or for the word of an `ErrorInfo`. */
export function reasonOfCode(code: string): string {
  return REASON_OF_WORD.get(code) ?? code;
}

/** The error of a finished operation, or null when it went well. */
export function operationError(operation: {
  readonly error?:
    | {
        readonly errors?:
          | readonly { code?: string | null | undefined; message?: string | null | undefined }[]
          | null
          | undefined;
      }
    | null
    | undefined;
  readonly httpErrorStatusCode?: number | null | undefined;
}): GceError | null {
  const first = operation.error?.errors?.[0];
  if (!first) return null;
  const code = first.code ?? 'UNKNOWN';
  const reason = reasonOfCode(code);
  return {
    http: operation.httpErrorStatusCode ?? 0,
    reason,
    kind: kindOf(reason),
    message: first.message ?? code,
  };
}

function googleBody(text: string): Record<string, unknown> {
  const start = text.indexOf('{');
  if (start < 0) return {};
  try {
    return record(record(JSON.parse(text.slice(start)))['error']);
  } catch {
    return {};
  }
}

function inferReason(http: number, text: string): string {
  if (http === 0) return UNREACHABLE.test(text) ? 'unreachable' : 'unknown';
  if (http === 400 && /already being used by/i.test(text)) return 'resourceInUseByAnotherResource';
  if (http === 400 && /not ready/i.test(text)) return 'resourceNotReady';
  // Quotas of requests are told by metric or group and heal within a minute; those of resources by name, such as 'CPUS'.
  if (http === 403 && /rate limit|quota (metric|group)/i.test(text))
    return /per day/i.test(text) ? 'dailyLimitExceeded' : 'rateLimitExceeded';
  if (http === 403 && /quota/i.test(text)) return 'quotaExceeded';
  const byStatus: Readonly<Record<number, string>> = {
    400: 'invalid',
    401: 'authError',
    403: 'forbidden',
    404: 'notFound',
    409: 'alreadyExists',
    412: 'conditionNotMet',
    429: 'rateLimitExceeded',
    500: 'internalError',
    502: 'backendError',
    503: 'backendError',
    504: 'backendError',
  };
  return byStatus[http] ?? 'unknown';
}

const PASSING: ReadonlySet<FailureKind> = new Set(['unavailable', 'rateLimit', 'notReady']);

/** May the same request succeed a little later? Quotas and permissions do not heal by asking again. */
export function isPassing(error: { readonly reason: string }): boolean {
  return PASSING.has(kindOf(error.reason));
}

/** A failure that is the request's own fault as a sentence; others go on. */
export function problemOf(error: unknown): string {
  if (error instanceof GceFailure || !(error instanceof Error)) throw error;
  return error.message.replace(/\.$/, '');
}
