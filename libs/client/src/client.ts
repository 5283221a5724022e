import { ServiceError } from '@gennaker/contracts/error';
import {
  type Api,
  type CallOptions,
  type Client,
  type RawAnswer,
  type Route,
  type Streams,
  writePath,
} from '@gennaker/contracts/route';
import { readEvents } from './event-stream.ts';

/** What a client operation is called with, before its route gives it types. */
export interface RawArguments {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
}

/** A request ready to be sent. */
export interface BuiltRequest {
  readonly method: Route['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** An answer whose body has been read. Header names are lower-case. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a client is made. `headers` go with every call; `fetch` replaces the global one. */
export interface ClientOptions {
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  readonly headers?: Readonly<Record<string, string>>;
}

function fillPath(path: string, params: Readonly<Record<string, unknown>>): string {
  const rest = (): string =>
    `/${String(params['*'] ?? '')
      .split('/')
      .map(encodeURIComponent)
      .join('/')}`;
  return writePath(path.replace(/\/\*$/, rest), (name) => {
    const value = params[name];
    if (value === undefined || value === '') throw new TypeError(`${path} needs the parameter "${name}".`);
    return encodeURIComponent(String(value));
  });
}

function queryString(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) search.append(name, String(item));
    }
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * Makes the request of a route: path parameters encoded, absent query values left out, the body as JSON (a `rawBody`
 * route's as it is), the idempotency key and trace context as headers. Throws TypeError when a path parameter is missing.
 */
export function buildRequest(
  route: Route,
  baseUrl: string,
  args: RawArguments = {},
  options: CallOptions = {},
): BuiltRequest {
  const url = baseUrl.replace(/\/+$/, '') + fillPath(route.path, args.params ?? {}) + queryString(args.query ?? {});
  const headers: Record<string, string> = {
    accept:
      route.answers === 'events'
        ? 'text/event-stream'
        : route.answers === 'text'
          ? 'text/plain, */*'
          : route.answers === 'bytes'
            ? 'application/octet-stream, */*'
            : 'application/json',
  };
  const writes = route.method !== 'GET';
  if (writes) headers['content-type'] = 'application/json';
  if (options.key !== undefined) headers['idempotency-key'] = options.key;
  if (options.traceparent !== undefined) headers['traceparent'] = options.traceparent;
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value;
  if (!writes || args.body === undefined) return { method: route.method, url, headers };
  const asItIs = typeof args.body === 'string' || args.body instanceof Uint8Array ? args.body : undefined;
  const body = route.rawBody === true && asItIs !== undefined ? asItIs : JSON.stringify(args.body);
  return { method: route.method, url, headers, body };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error of an answer that is no success: the service's own status, message and details where it sent them. */
export function answerError(request: Pick<BuiltRequest, 'method' | 'url'>, answer: ReceivedAnswer): ServiceError {
  const body = parsed(answer.body);
  const what = `${request.method} ${request.url}`;
  if (body !== null && typeof body === 'object' && 'message' in body && typeof body.message === 'string') {
    const {
      message,
      timestamp: _timestamp,
      status: _status,
      error: _error,
      ...details
    } = body as Record<string, unknown>;
    return new ServiceError(answer.status, String(message), details);
  }
  const excerpt = answer.body.trim().slice(0, 300);
  return new ServiceError(answer.status, `${what} answered ${answer.status}${excerpt === '' ? '' : `: ${excerpt}`}`);
}

/**
 * Reads an answer as its route promises: text, nothing, or JSON parsed by the response schema. Throws ServiceError: the
 * service's own for a status outside 200 to 299, 502 when a success does not fit the contract.
 */
export function parseAnswer(
  route: Route,
  request: Pick<BuiltRequest, 'method' | 'url'>,
  answer: ReceivedAnswer,
): unknown {
  if (route.answers === 'raw') {
    return { status: answer.status, headers: answer.headers, body: answer.body } satisfies RawAnswer;
  }
  if (answer.status < 200 || answer.status > 299) throw answerError(request, answer);
  if (route.answers === 'text') return answer.body;
  if (!route.response) return undefined;
  const result = route.response.safeParse(parsed(answer.body));
  if (result.success) return result.data;
  const problem = result.error.issues[0];
  throw new ServiceError(
    502,
    `${request.method} ${request.url} answered ${answer.status} with a body that its contract does not allow: ${problem?.path.join('.') ?? ''} ${problem?.message ?? ''}`,
    { fix: 'Check that both sides run the same version.', body: answer.body.slice(0, 300) },
  );
}

/** The lower-case headers of a fetch answer. */
export function headersOf(response: Response): Record<string, string> {
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value;
  });
  return headers;
}

function callSignal(options: CallOptions): AbortSignal | null {
  const signals = [
    ...(options.signal ? [options.signal] : []),
    ...(options.deadlineMs === undefined ? [] : [AbortSignal.timeout(options.deadlineMs)]),
  ];
  return signals.length === 0 ? null : AbortSignal.any(signals);
}

async function callRoute(
  route: Route,
  options: ClientOptions,
  args: RawArguments | undefined,
  call: CallOptions = {},
  asItComes = false,
): Promise<unknown> {
  const request = buildRequest(route, options.baseUrl, args, {
    ...call,
    headers: { ...options.headers, ...call.headers },
  });
  const send = options.fetch ?? fetch;
  let response: Response;
  try {
    response = await send(request.url, {
      method: request.method,
      headers: request.headers,
      body: (request.body ?? null) as string | null,
      signal: callSignal(call),
    });
  } catch (error) {
    if (call.signal?.aborted) throw error;
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ServiceError(
      timedOut ? 504 : 503,
      timedOut
        ? `${request.method} ${request.url} did not answer within ${call.deadlineMs} ms.`
        : `${request.method} ${request.url} cannot be reached (${cause}).`,
      { fix: 'Check that the system runs and that the address is right, then try again.' },
      { cause: error },
    );
  }
  if (route.answers === 'events' && response.ok && response.body) return readEvents(response.body);
  if ((asItComes || route.answers === 'bytes') && response.ok && response.body) return response.body;
  return parseAnswer(route, request, {
    status: response.status,
    headers: headersOf(response),
    body: await response.text(),
  });
}

/**
 * The typed client of an API: one function per operation. Sends each call once; errors are ServiceErrors (503 when
 * nobody answers, 504 after `deadlineMs`). An `events` operation answers an async iterable of one connection's events,
 * a `bytes` operation the stream of the body.
 */
export function createClient<A extends Api>(api: A, options: ClientOptions): Client<A> {
  const operations = Object.entries(api).map(([name, route]) => [
    name,
    (args?: RawArguments, call?: CallOptions) => callRoute(route, options, args, call),
  ]);
  return Object.fromEntries(operations) as Client<A>;
}

/** The operations of an API that answer a stream, for whoever passes its bytes on; errors as with `createClient`. */
export function createStreams<A extends Api>(api: A, options: ClientOptions): Streams<A> {
  const operations = Object.entries(api)
    .filter(([, route]) => route.answers === 'stream')
    .map(([name, route]) => [
      name,
      (args?: RawArguments, call?: CallOptions) => callRoute(route, options, args, call, true),
    ]);
  return Object.fromEntries(operations) as Streams<A>;
}
