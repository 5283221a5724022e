import { type ClientOptions, createClient, createStreams, type RawArguments } from '@gennaker/client/client';
import { ServiceError } from '@gennaker/contracts/error';
import type { Api, CallOptions, Client, Route, Streams } from '@gennaker/contracts/route';
import { ANONYMOUS, type Identity } from '@gennaker/contracts/people';
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  ExponentialBackoff,
  circuitBreaker,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import { IDENTITY_HEADER, signIdentity } from './identity.ts';

const DEADLINE_MS = 30_000;
const RETRIES = 4;
const BREAK_AFTER = 8;
const HALF_OPEN_AFTER_MS = 2_000;

/** How a service calls another. */
export interface ServiceClientOptions {
  /** Name of the called service, for messages. */
  readonly name: string;
  /** Its address; several, separated by commas, are taken in turn. */
  readonly baseUrl: string;
  /** Name of the calling service. */
  readonly caller: string;
  /** The system's key, with which the caller's identity is signed. */
  readonly identityKey: string;
  /** Whom calls without an identity of their own are made for; absent: nobody with any right. */
  readonly own?: Identity;
}

type Operation = (args?: RawArguments, call?: CallOptions) => Promise<unknown>;

/**
 * Worth another try: nobody answered, or the service said that it is overloaded or restarting. One that says so of what stands
 * behind it (`upstream`) is there itself, for everything else that it reaches.
 */
function passing(error: unknown): boolean {
  if (!(error instanceof ServiceError) || error.details['upstream'] !== undefined) return false;
  return [429, 502, 503, 504].includes(error.status);
}

/** May be sent again without doing anything twice: reads, idempotent verbs, and writes that carry a key. */
function repeatable(route: Route, call: CallOptions): boolean {
  return route.answers !== 'events' && (['GET', 'PUT', 'DELETE'].includes(route.method) || call.key !== undefined);
}

/**
 * The typed client that services call each other with: a deadline on every call, retries by reason with growing pauses for
 * what may be repeated, and a breaker that answers 503 at once while the service is down.
 */
export function createServiceClient<A extends Api>(api: A, options: ServiceClientOptions): Client<A> {
  return operationsOf(api, options, createClient) as unknown as Client<A>;
}

/** As `createServiceClient`, for the operations that answer a stream, which goes on as it comes, with no deadline. */
export function createServiceStreams<A extends Api>(api: A, options: ServiceClientOptions): Streams<A> {
  const streams = Object.fromEntries(Object.entries(api).filter(([, route]) => route.answers === 'stream'));
  return operationsOf(streams, options, createStreams, Number.POSITIVE_INFINITY) as unknown as Streams<A>;
}

function operationsOf(
  api: Api,
  options: ServiceClientOptions,
  create: (api: Api, options: ClientOptions) => unknown,
  deadlineMs = DEADLINE_MS,
): Readonly<Record<string, Operation>> {
  const addresses = options.baseUrl.split(',');
  const clients = addresses.map((baseUrl) => create(api, { baseUrl, headers: { 'user-agent': options.caller } }));
  let turn = 0;
  const breaker = circuitBreaker(handleWhen(passing), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(BREAK_AFTER),
  });
  const again = retry(
    handleWhen((error) => passing(error) || error instanceof BrokenCircuitError),
    {
      maxAttempts: RETRIES,
      backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 3_000 }),
    },
  );
  const persistent = wrap(again, breaker);

  const nobody: Identity = options.own ?? { ...ANONYMOUS, via: 'service', admin: false };
  const signed = (identity: Identity): Record<string, string> => ({
    [IDENTITY_HEADER]: signIdentity({ ...identity, service: options.caller }, options.identityKey, Date.now()),
  });
  const operation =
    (name: string, route: Route): Operation =>
    async (args, call = {}) => {
      const endless =
        route.answers === 'events' || route.answers === 'bytes' || deadlineMs === Number.POSITIVE_INFINITY;
      const limits: CallOptions = endless ? call : { deadlineMs, ...call };
      const send = (): Promise<unknown> => {
        const client = clients[turn++ % clients.length] as Readonly<Record<string, Operation>> | undefined;
        const op = client?.[name];
        if (!op) throw new Error(`${options.name} has no operation ${name}`);
        return op(args, { ...limits, headers: { ...limits.headers, ...signed(call.identity ?? nobody) } });
      };
      try {
        return await (repeatable(route, call) ? persistent : breaker).execute(send, call.signal);
      } catch (error) {
        if (error instanceof BrokenCircuitError)
          throw new ServiceError(
            503,
            `${options.name} did not answer the last ${BREAK_AFTER} calls; it is asked again in ${HALF_OPEN_AFTER_MS} ms`,
            { fix: `see the log of ${options.name}` },
            { cause: error },
          );
        throw error;
      }
    };
  return Object.fromEntries(Object.entries(api).map(([name, route]) => [name, operation(name, route)]));
}
