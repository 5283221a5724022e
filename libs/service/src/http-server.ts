import 'reflect-metadata';
import type { Api, Call, Handlers, RawAnswer, Route, StreamEvent } from '@gennaker/contracts/route';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { healthRoutes } from '@gennaker/contracts/health';
import { refuseUnkeepable } from '@gennaker/contracts/keepable-json';
import { ANONYMOUS, type Identity } from '@gennaker/contracts/people';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  Delete,
  Get,
  HttpException,
  Module,
  Patch,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ServiceConfig, ServiceName } from './config.ts';
import { errorBody } from './error-body.ts';
import { callerAddress } from './caller-address.ts';
import { type Access, guarded, type Rules } from './guard.ts';
import { IDENTITY_HEADER, verifyIdentity } from './identity.ts';
import { checkOrigin } from './loopback-guard.ts';
import { logger } from './log.ts';
import { notJson, readBody } from './request-body.ts';
import { sendEvents } from './server-sent-events.ts';
import { sendBytes, sendStream } from './json-stream.ts';
import { traceparentOf } from './trace.ts';
import { whileKnown } from './while-known.ts';

const METHODS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete } as const;
/** What services pass on holds what came to gate and more: the stored pipeline beside its trigger, an event around a body. */
const BEHIND_GATE = 4;
/** How often Node looks for requests that do not end, ms. */
const LOOK_FOR_SLOW_MS = 1_000;

/** How to serve a contract. */
export interface ServeOptions<A extends Api> {
  readonly name: ServiceName;
  readonly api: A;
  readonly handlers: Handlers<A>;
  readonly config: ServiceConfig;
  /** Port to listen on; the service's own when absent, any free one when 0. */
  readonly port?: number;
  /** Address to listen on; the configuration's when absent. */
  readonly host?: string;
  /** Who may call what once authentication is on; absent: nobody ever has to be known, as in tests of one service. */
  readonly guard?: { readonly access: Access; readonly rules: Partial<Rules<A>> };
  /** Finds out who calls; absent: another service's signature. @throws ServiceError 401, 429 */
  readonly identify?: (request: Asked) => Promise<Identity>;
  /** How often `identify` is asked again for an open event stream, which ends when its caller is unknown or has other rights, ms; absent: never. */
  readonly identifyAgainMs?: number;
}

/** What is known of a request before it is answered. */
export interface Asked {
  readonly operation: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The address that it comes from. */
  readonly address: string;
  /** An open stream's caller is looked at again, which is no use of a session. */
  readonly again?: boolean;
}

/** A listening service. */
export interface Served {
  readonly url: string;
  /** Stops accepting, ends event streams and waits for the calls under way. */
  close(): Promise<void>;
}

type Handler = (call: Call<Route>) => unknown;

/** How a service finds out who calls, and how often again for an open stream, ms. */
interface Callers {
  readonly identify: (request: Asked) => Promise<Identity>;
  readonly againMs: number | undefined;
}

/**
 * Serves a contract: every operation parsed by its schemas, errors in the common shape, loopback guard, event streams.
 * @throws Error naming the port and the fix when it is in use.
 */
export async function serve<const A extends Api>(options: ServeOptions<A>): Promise<Served> {
  const { name, config } = options;
  const port = options.port ?? config.ports[name];
  const ending = new AbortController();
  const api: Api = {
    ...healthRoutes,
    ...options.api,
  };
  const handlers: Record<string, Handler> = {
    health: () => ({ status: 'UP' }),
    ...((options.guard
      ? guarded(options.handlers, options.guard.rules, options.guard.access, options.api)
      : options.handlers) as unknown as Record<string, Handler>),
  };
  const bySignature = (request: Asked): Promise<Identity> =>
    callerOf(request.headers, config.identityKey, options.guard?.access);

  const { maxBodyBytes, bodySeconds } = config.file.http;
  const maxBody = name === 'gate' ? maxBodyBytes : maxBodyBytes * BEHIND_GATE;
  const bodyTimeoutMs = bodySeconds * 1_000;
  const adapter = new FastifyAdapter({
    bodyLimit: maxBody,
    requestTimeout: bodyTimeoutMs,
    http: {
      // Node takes the longer of the two for the whole request.
      headersTimeout: bodyTimeoutMs,
      connectionsCheckingInterval: Math.min(LOOK_FOR_SLOW_MS, bodyTimeoutMs),
    },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      void sendError(name, request, reply, error),
    clientErrorHandler: refuseConnection,
    routerOptions: { maxParamLength: 1000 },
    forceCloseConnections: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    contractModule(name, api, handlers, ending.signal, {
      identify: options.identify ?? bySignature,
      againMs: options.identifyAgainMs,
    }),
    adapter,
    { logger: false, bodyParser: false },
  );
  app.useGlobalFilters(outsideHandlers(name, maxBody));
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    (_request: unknown, body: unknown, done: (error: null, body: unknown) => void) => done(null, body),
  );
  fastify.addHook('onRequest', async (request, reply) => {
    try {
      checkOrigin(request.headers, config.file.publicUrls);
    } catch (error) {
      await sendError(name, request, reply, error);
    }
  });
  try {
    await app.listen(port, options.host ?? config.host);
  } catch (error) {
    await app.close();
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new Error(
        `${name} cannot listen on ${options.host ?? config.host}:${port}: the port is in use; end what uses it or start with --offset N`,
        { cause: error },
      );
    throw error;
  }
  const address = fastify.server.address();
  const bound = address && typeof address === 'object' ? address.port : port;
  return {
    url: `http://${config.host}:${bound}`,
    close: async () => {
      ending.abort();
      await app.close();
    },
  };
}

/** A Nest module whose one controller has a method per operation; its decorators are applied as plain functions, so no emitted metadata is needed. */
function contractModule(
  name: ServiceName,
  api: Api,
  handlers: Record<string, Handler>,
  ending: AbortSignal,
  { identify, againMs }: Callers,
): new () => object {
  class ContractController {}
  class ContractModule {}
  for (const [operation, route] of Object.entries(api)) {
    const handler = handlers[operation];
    if (!handler) throw new Error(`${name} binds no handler to ${operation}`);
    const method = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      try {
        const { method: verb, headers } = request;
        const asked: Asked = {
          operation,
          method: verb,
          headers,
          address: callerAddress(request.headers, request.socket.remoteAddress),
        };
        const identity = operation === 'health' ? ANONYMOUS : await identify(asked);
        const gone = new AbortController();
        // Nothing is left to stop after a whole answer, but for what watches over a stream.
        reply.raw.once('close', () => {
          if (route.answers === 'events' || !reply.raw.writableFinished) gone.abort();
        });
        // A signature was checked when it was fresh.
        const watched = route.answers === 'events' && againMs !== undefined && identity.via !== 'service';
        const known = watched
          ? [whileKnown(() => identify({ ...asked, again: true }), identity, againMs, gone.signal)]
          : [];
        // Few handlers look at it, and it is not cheap to make.
        let signal: AbortSignal | undefined;
        const signalOf = (): AbortSignal => (signal ??= AbortSignal.any([gone.signal, ending, ...known]));
        await answer(route, handler, request, reply, signalOf, identity);
      } catch (error) {
        await sendError(name, request, reply, error);
      }
    };
    Object.defineProperty(ContractController.prototype, operation, {
      value: method,
      writable: true,
      configurable: true,
    });
    const descriptor = Object.getOwnPropertyDescriptor(ContractController.prototype, operation);
    if (!descriptor) continue;
    METHODS[route.method](serverPath(route.path))(ContractController.prototype, operation, descriptor);
    Req()(ContractController.prototype, operation, 0);
    Res()(ContractController.prototype, operation, 1);
  }
  Controller()(ContractController);
  Module({ controllers: [ContractController] })(ContractModule);
  return ContractModule;
}

/** A path as the router reads it: a parameter before a colon ends there, and so cannot hold one. */
function serverPath(path: string): string {
  return path.replace(/:(\w+)(?=::)/g, ':$1([^:]+)');
}

/** Gives what fails outside a handler, such as an unknown path, the common error shape too. */
function outsideHandlers(
  name: ServiceName,
  maxBody: number,
): { catch(error: unknown, host: ArgumentsHost): Promise<void> } {
  class OutsideHandlers {
    catch(error: unknown, host: ArgumentsHost): Promise<void> {
      const http = host.switchToHttp();
      const request = http.getRequest<FastifyRequest>();
      const known = refusedBody(error, request, maxBody) ?? error;
      return sendError(name, request, http.getResponse<FastifyReply>(), known);
    }
  }
  Catch()(OutsideHandlers);
  return new OutsideHandlers();
}

async function answer(
  route: Route,
  handler: Handler,
  request: FastifyRequest,
  reply: FastifyReply,
  signalOf: () => AbortSignal,
  identity: Identity,
): Promise<void> {
  const rawBody = Buffer.isBuffer(request.body) ? request.body : new Uint8Array();
  const takesBody = route.body !== undefined || route.rawBody === true;
  refuseUnkeepable('path', request.params);
  refuseUnkeepable('query', request.query);
  const call: Call<Route> = {
    params: parsePart('path', route.params, request.params),
    query: parsePart('query', route.query, request.query),
    body: parsePart(
      'body',
      route.body,
      takesBody ? readBody(route, rawBody, request.headers['content-type']) : undefined,
    ),
    rawBody,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : value]),
    ),
    user: identity.user,
    identity,
    address: callerAddress(request.headers, request.socket.remoteAddress),
    traceparent: traceparentOf(request.headers['traceparent']),
    get signal() {
      return signalOf();
    },
  };
  const result = await handler(call);
  if (route.answers === 'events') return sendEvents(reply.raw, result as AsyncIterable<StreamEvent>, call.signal);
  if (route.answers === 'stream') return sendStream(reply.status(route.status ?? 200), result);
  if (route.answers === 'bytes') return sendBytes(reply.status(route.status ?? 200), result as ReadableStream);
  if (route.answers === 'raw') {
    const raw = result as RawAnswer;
    return void (await reply
      .status(raw.status)
      .headers({ ...raw.headers })
      .send(typeof raw.body === 'string' ? raw.body : Buffer.from(raw.body)));
  }
  reply.status(route.status ?? 200);
  if (route.answers === 'text')
    return void (await reply.header('content-type', 'text/plain; charset=utf-8').send(result));
  if (!route.response || result === undefined) return void (await reply.send());
  await reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(result));
}

/**
 * Who calls: as another service signed it. Without a signature it is whoever says so while nobody has to log in.
 * @throws ServiceError 401 when authentication is on and nobody signed
 */
async function callerOf(headers: IncomingHttpHeaders, key: string, access: Access | undefined): Promise<Identity> {
  const signed = headers[IDENTITY_HEADER];
  const identity = typeof signed === 'string' ? verifyIdentity(signed, key, Date.now()) : undefined;
  if (identity) return identity;
  if (await access?.authentication())
    throw new ServiceError(401, 'This service answers the other services of its system only', {
      fix: 'call gate, with a session or an API token',
    });
  return { ...ANONYMOUS, user: String(headers['x-spinnaker-user'] ?? ANONYMOUS.user) };
}

/** Says that a single value of a query was given several times. */
function repeated(part: string, value: unknown, [name]: readonly PropertyKey[]): string | undefined {
  if (part !== 'query' || name === undefined || value === null || typeof value !== 'object') return undefined;
  const given: unknown = Reflect.get(value, name);
  return Array.isArray(given) ? `is given ${given.length} times, and only one value is taken: send it once` : undefined;
}

function parsePart(part: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value === undefined ? {} : value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(
    (issue) => `${[part, ...issue.path].join('.')}: ${repeated(part, value, issue.path) ?? issue.message}`,
  );
  throw badRequest(errors.join('; '), {
    field: parsed.error.issues[0]?.path.join('.') || part,
    fix: `correct the ${part}`,
    errors,
  });
}

/** What fastify says of a body that it does not take, in our words. */
function refusedBody(error: unknown, request: FastifyRequest, maxBody: number): ServiceError | undefined {
  if (!(error instanceof HttpException)) return undefined;
  const { 'content-length': length, 'content-type': type } = request.headers;
  if (error.getStatus() === 415) return notJson(type);
  if (error.getStatus() !== 413) return undefined;
  const size = length === undefined ? 'more' : `${length} bytes`;
  return new ServiceError(413, `A body may have ${maxBody} bytes, and this one has ${size}`, {
    field: 'body',
    fix: 'send less at once, or raise http.maxBodyBytes in gennaker.yml',
    maxBytes: maxBody,
  });
}

/** Answers a connection whose request cannot even be read: one that is no HTTP, or does not end in time. */
function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const refusal = late
    ? new ServiceError(408, 'The request did not end in time', {
        fix: 'send it faster, or raise http.bodySeconds in gennaker.yml',
      })
    : tooLong
      ? new ServiceError(431, 'The headers and the address are too long', { fix: 'send less in them' })
      : badRequest(`This is no HTTP request: ${error.message}`, { fix: 'send HTTP/1.1' });
  const body = JSON.stringify(errorBody(refusal, Date.now()));
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

async function sendError(name: string, request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<void> {
  const body = errorBody(error, Date.now());
  if (!(error instanceof ServiceError) && body.status >= 500)
    logger(name).error({ err: error, method: request.method, path: request.url.split('?')[0] }, 'a call failed');
  if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy();
  if (typeof body['retryAfterSeconds'] === 'number') reply.header('retry-after', String(body['retryAfterSeconds']));
  if (typeof body['loginUrl'] === 'string') reply.header('x-auth-redirect-url', body['loginUrl']);
  await reply.status(body.status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
}
