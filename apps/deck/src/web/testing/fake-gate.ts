import { ServiceError } from '@gennaker/contracts/error';
import { vi } from 'vitest';

/** A request that the page sent. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: unknown;
}

/** What the fake answers: JSON, an error, or what a function makes of the request. */
type Answer = unknown | ServiceError | ((request: SentRequest) => unknown);

/** Puts a gate in place of the network: `GET /path` to its answer. What is not listed is answered 404. Answers what was sent. */
export function fakeGate(answers: Readonly<Record<string, Answer>>): SentRequest[] {
  const sent: SentRequest[] = [];
  vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : String(input), 'http://deck.test');
    const request: SentRequest = {
      method: init?.method ?? 'GET',
      path: url.pathname.replace('/gate', ''),
      query: url.search,
      body: typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
    };
    sent.push(request);
    const found = answers[`${request.method} ${request.path}`];
    const answer: unknown = await (typeof found === 'function'
      ? (found as (request: SentRequest) => unknown)(request)
      : found);
    if (answer === undefined && !(`${request.method} ${request.path}` in answers))
      return failed(new ServiceError(404, `The test answers no ${request.method} ${request.path}`));
    if (answer instanceof ServiceError) return failed(answer);
    return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer);
  });
  return sent;
}

function failed({ status, message, details }: ServiceError): Response {
  return Response.json({ timestamp: 0, status, error: 'Error', message, ...details }, { status });
}

/** The answer of `GET /auth/user` for somebody with these keys. */
export function aUser(keys: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    username: 'ann',
    email: 'ann',
    roles: [],
    allowedAccounts: [],
    authorities: [],
    enabled: true,
    accountNonExpired: true,
    accountNonLocked: true,
    credentialsNonExpired: true,
    isAdmin: false,
    canMintApiTokens: true,
    maxUserTokenLifetimeDays: 90,
    maxServiceAccountTokenLifetimeDays: 365,
    authentication: true,
    ...keys,
  };
}
