import type { z } from 'zod';
import type { Identity } from './people.ts';

/** One HTTP operation of a service: what it is called with and what it answers. Paths use `:name` for parameters, `::` for a colon, and a trailing `*` for the rest. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Absent: the answer has no body. */
  readonly response?: z.ZodType;
  /** Success status; 200 when absent. */
  readonly status?: number;
  /**
   * `events`: the answer is a server-sent event stream. `text`: plain text. `raw`: the handler returns a RawAnswer. `stream`:
   * JSON whose lists may be sent item by item, so that nobody holds all of them. `bytes`: of any kind, as they come.
   */
  readonly answers?: 'json' | 'events' | 'text' | 'raw' | 'stream' | 'bytes';
  /** The handler gets the body's exact bytes. */
  readonly rawBody?: boolean;
  /**
   * With rawBody: what the body may be beside JSON. `text`: text/plain. `form`: application/x-www-form-urlencoded with JSON
   * in its one field `payload`, as GitHub sends webhooks unless told otherwise.
   */
  readonly alsoTakes?: 'text' | 'form';
}

/** A service's whole surface: operation name to route. */
export type Api = Readonly<Record<string, Route>>;

/** Declares a service's API; keeps the literal types for the client and the handlers. */
export function defineApi<const A extends Api>(api: A): A {
  return api;
}

/** A route's path with what stands for each parameter, and `::` as the colon that it means. */
export function writePath(path: string, parameter: (name: string) => string): string {
  return path.replace(/::|:(\w+)/g, (_, name?: string) => (name === undefined ? ':' : parameter(name)));
}

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;
type In<S> = S extends z.ZodType ? z.input<S> : undefined;

/** One event of a server-sent stream. */
export interface StreamEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data: unknown;
}

/** An answer whose bytes and headers the handler decides. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What a handler receives: parsed inputs, the caller and the request's signal. */
export interface Call<R extends Route> {
  readonly params: Out<R['params']>;
  readonly query: Out<R['query']>;
  readonly body: Out<R['body']>;
  readonly rawBody: Uint8Array;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Who calls; `anonymous` while no authentication is set up. */
  readonly user: string;
  /** The same, with roles and rights. */
  readonly identity: Identity;
  /** The peer's address, where the call came over a network. */
  readonly address?: string;
  /** W3C trace context of the request, for what it starts. */
  readonly traceparent: string;
  readonly signal: AbortSignal;
}

/** A list, or an object of lists, whose lists may come item by item. */
export type Streamed<T> = T extends readonly (infer Item)[]
  ? T | AsyncIterable<Item>
  : { readonly [K in keyof T]: T[K] extends readonly (infer Item)[] | undefined ? T[K] | AsyncIterable<Item> : T[K] };

type Answer<R extends Route> = R['answers'] extends 'events'
  ? AsyncIterable<StreamEvent>
  : R['answers'] extends 'raw'
    ? RawAnswer
    : R['answers'] extends 'text'
      ? string
      : R['answers'] extends 'stream'
        ? Streamed<In<R['response']>> | ReadableStream<Uint8Array>
        : R['answers'] extends 'bytes'
          ? ReadableStream<Uint8Array>
          : R['response'] extends z.ZodType
            ? z.input<R['response']>
            : void;

/** The functions that a service must bind to serve its API: all of them. */
export type Handlers<A extends Api> = {
  readonly [K in keyof A]: (call: Call<A[K]>) => Promise<Answer<A[K]>> | Answer<A[K]>;
};

type Part<N extends string, S> = S extends z.ZodType ? { readonly [K in N]: In<S> } : { readonly [K in N]?: undefined };
type OptionalQuery<S> = S extends z.ZodType
  ? Record<string, never> extends z.input<S>
    ? { readonly query?: z.input<S> }
    : { readonly query: z.input<S> }
  : { readonly query?: undefined };

/** What a client operation is called with. */
export type Arguments<R extends Route> = Part<'params', R['params']> & OptionalQuery<R['query']> & BodyPart<R>;

/** A route with `rawBody` is called with the exact bytes to send (as JSON unless a header says otherwise). */
type BodyPart<R extends Route> = R['rawBody'] extends true
  ? { readonly body: string | Uint8Array }
  : Part<'body', R['body']>;

type Result<R extends Route> = R['answers'] extends 'text'
  ? string
  : R['answers'] extends 'events'
    ? AsyncIterable<StreamEvent>
    : R['answers'] extends 'raw'
      ? RawAnswer
      : R['answers'] extends 'bytes'
        ? ReadableStream<Uint8Array>
        : R['response'] extends z.ZodType
          ? z.output<R['response']>
          : void;

/** Options of one client call. `key` is the idempotency key of a write. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
  readonly key?: string;
  /** On whose behalf a service calls another: signed by the service client, and believed from nobody else. */
  readonly identity?: Identity;
  readonly traceparent?: string;
  /** Further request headers, e.g. `Last-Event-ID`. */
  readonly headers?: Readonly<Record<string, string>>;
}

type NoArguments<R extends Route> = Record<string, never> extends Arguments<R> ? true : false;

/** The typed client of an API. */
export type Client<A extends Api> = {
  readonly [K in keyof A]: NoArguments<A[K]> extends true
    ? (args?: Arguments<A[K]>, options?: CallOptions) => Promise<Result<A[K]>>
    : (args: Arguments<A[K]>, options?: CallOptions) => Promise<Result<A[K]>>;
};

type StreamsOf<A extends Api> = { readonly [K in keyof A as A[K]['answers'] extends 'stream' ? K : never]: A[K] };

/** The operations of an API that answer a stream, as they come: the bytes of a success, which are not looked at. */
export type Streams<A extends Api> = {
  readonly [K in keyof StreamsOf<A>]: (
    args: Arguments<A[K]>,
    options?: CallOptions,
  ) => Promise<ReadableStream<Uint8Array>>;
};
