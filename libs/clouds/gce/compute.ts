import type { CloudAccount, CloudEnvironment } from '@gennaker/extension-sdk/cloud';
import { z } from 'zod';
import {
  type Authentication,
  googleAuthentication,
  loadClient,
  type Method,
  noAuthentication,
  type RawClient,
  type Service,
} from './client-library.ts';
import { failedAs, GceFailure, isPassing, normalizeGceError, operationError } from './errors.ts';
import { type ComputeOperation, lastPart, operationSchema, projectOf } from './resources.ts';

/** Waits between tries of a call that failed in passing, ms; about half a minute in all. */
const RETRY_MS = [200, 400, 800, 1_500, 3_000, 5_000, 8_000, 10_000] as const;
/** Waits between looks at an operation, ms: a deploy waits for several in turn, and many finish at once; the last is repeated. */
const POLL_MS = [50, 50, 50, 50, 50, 50, 100, 150, 200, 300, 500, 800, 1_200, 2_000] as const;
/** A change that is under way outlasts a cloud that cannot be reached, or another change's hold, for this long. */
const PATIENCE_MS = 5 * 60_000;
const OPERATION_TIMEOUT_MS = 10 * 60_000;
const CALL_TIMEOUT_MS = 30_000;
/** Options of each call. The library's own retries go by the machine's clock and not by the reason; they stay off. */
const CALL_OPTIONS = { timeout: CALL_TIMEOUT_MS, retry: null };
/** The longest wait of what is patient, in RETRY_MS. */
const PATIENT_STEP = 5;
/** An operation that failed in passing is started anew this often; one that another holds up for about PATIENCE_MS. */
const OPERATION_TRIES = 4;
const HELD_TRIES = 60;
/** Request ids that one writing of an edit may use. */
const IDS_OF_EDIT = 64;
/** Stale fingerprints are read again and tried anew this often; each loses only to another writer that won. */
const EDIT_TRIES = 20;
const GOOGLE = 'https://compute.googleapis.com';
const GOOGLE_MONITORING = 'https://monitoring.googleapis.com';

/** How a change is made safe to repeat, and when it is given up. */
export interface MutateOptions {
  /** The same in each repeat of the same change. */
  readonly requestId: string;
  readonly signal?: AbortSignal | undefined;
}

/** One account's connection to Google Compute: calls with retry by reason, lists, and mutations that are waited for. */
export class Compute {
  readonly project: string;
  readonly account: CloudAccount;
  private readonly environment: CloudEnvironment;
  private readonly clients = new Map<Service, RawClient>();
  private auth: Promise<Authentication> | undefined;

  constructor(account: CloudAccount, environment: CloudEnvironment) {
    this.account = account;
    this.project = account.project;
    this.environment = environment;
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.environment.now();
  }

  /** Waits. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.environment.sleep(ms, signal);
  }

  /** Calls a method that answers one resource. @throws GceFailure */
  async get<S extends z.ZodType>(
    service: Service,
    method: Method,
    request: object,
    schema: S,
    signal?: AbortSignal,
  ): Promise<z.output<S>> {
    const answer = await this.call(service, method, request, signal);
    return schema.parse(first(answer));
  }

  /** As `get`, but null where the resource does not exist. */
  async find<S extends z.ZodType>(
    service: Service,
    method: Method,
    request: object,
    schema: S,
    signal?: AbortSignal,
  ): Promise<z.output<S> | null> {
    try {
      return await this.get(service, method, request, schema, signal);
    } catch (error) {
      if (failedAs(error, 'notFound')) return null;
      throw error;
    }
  }

  /** Calls a list method, all pages. */
  async list<S extends z.ZodType>(
    service: Service,
    method: Method,
    request: object,
    schema: S,
  ): Promise<z.output<S>[]> {
    const answer = first(await this.call(service, method, request));
    return (Array.isArray(answer) ? answer : []).map((item) => schema.parse(item));
  }

  /**
   * Calls an aggregated list, all scopes and pages; `field` names the list within a scope, `needed` the regions and zones
   * without whose answer it fails: those of the account where nothing is said. @throws GceFailure
   */
  async aggregated<S extends z.ZodType>(
    service: Service,
    field: string,
    schema: S,
    { filter, needed = this.account.regions }: { readonly filter?: string; readonly needed?: readonly string[] } = {},
  ): Promise<z.output<S>[]> {
    const what = `${service}.aggregatedList`;
    return this.retry(what, undefined, false, async () => {
      const client = await this.client(service);
      await client['initialize']?.({}, {});
      // The method that goes over the pages by itself keeps to itself which scopes did not answer.
      const { aggregatedList } = client.innerApiCalls;
      if (!aggregatedList) throw new Error(`The Compute client has no ${what}.`);
      const all: z.output<S>[] = [];
      let request: object | null = { project: this.project, returnPartialSuccess: true, ...(filter ? { filter } : {}) };
      while (request) {
        const answer: unknown = await aggregatedList(request, { ...CALL_OPTIONS, autoPaginate: false });
        const [, next, page] = answer as [unknown, object | null, unknown];
        const { items, unreachables } = aggregatedPageSchema.parse(page);
        const scopes = Object.entries(items ?? {});
        const silent = scopes.flatMap(([scope, { warning }]) => (warning?.code === 'UNREACHABLE' ? [scope] : []));
        // What is not shown for want of an answer is not gone.
        const missed = [...silent, ...(unreachables ?? [])].find((scope) => isNeeded(scope, needed));
        if (missed)
          throw new GceFailure(what, {
            http: 503,
            reason: 'backendError',
            message: `${missed} does not answer at Google`,
          });
        for (const [, scope] of scopes) {
          const listed = scope[field];
          if (Array.isArray(listed)) for (const item of listed) all.push(schema.parse(item));
        }
        request = next;
      }
      return all;
    });
  }

  /**
   * Calls a method that changes something and waits until its operation is done. `requestId` makes a repeat harmless; an
   * operation that failed in passing is started anew under the next one.
   * @throws GceFailure of the call or of the operation
   */
  async mutate(
    service: Service,
    method: Method,
    request: Record<string, unknown>,
    options: MutateOptions,
  ): Promise<ComputeOperation> {
    return this.untilDone(`${service}.${method}`, options, (requestId) =>
      this.call(service, method, { ...request, requestId }, options.signal, true),
    );
  }

  /**
   * Reads a resource, changes it and writes it back under its fingerprint; another writer in between means reading
   * again. `edit` answers the request of the write, or null when nothing is to be changed.
   * @returns whether something was written
   */
  async edit<T extends { readonly fingerprint?: string | null | undefined }>(
    read: () => Promise<T | null>,
    service: Service,
    method: Method,
    edit: (current: T | null) => Record<string, unknown> | null,
    options: MutateOptions,
  ): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      const current = await read();
      const request = edit(current);
      if (!request) return false;
      try {
        const requestId = nextRequestId(options.requestId, attempt * IDS_OF_EDIT);
        await this.mutate(service, method, request, { ...options, requestId });
        return true;
      } catch (error) {
        if (!failedAs(error, 'precondition') || attempt >= EDIT_TRIES) throw error;
        await this.sleep(30 + Math.random() * 120 * attempt, options.signal);
      }
    }
  }

  /**
   * Reads by a plain request what the client library has no method for. `path` is below the project, such as
   * `global/httpHealthChecks/x`. Null where it does not exist.
   */
  async read<S extends z.ZodType>(path: string, schema: S, signal?: AbortSignal): Promise<z.output<S> | null> {
    try {
      const data = await this.retry(`GET ${path}`, signal, signal !== undefined, () => this.request('GET', path));
      return schema.parse(data);
    } catch (error) {
      if (failedAs(error, 'notFound')) return null;
      throw error;
    }
  }

  /**
   * Reads from Cloud Monitoring: Google's, or the one at the account's endpoint. `path` is below the project, such as
   * `timeSeries?filter=...`. @throws GceFailure
   */
  async monitoring<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
    const address = `${this.endpoint(GOOGLE_MONITORING)}/v3/projects/${this.project}/${path}`;
    const what = `Reading ${path.split('?')[0]} from Cloud Monitoring`;
    return schema.parse(await this.retry(what, undefined, false, () => this.request('GET', address)));
  }

  /** As `mutate`, by a plain request: for resources that the client library lacks, and for lists that it cannot empty. */
  async write(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body: object | undefined,
    options: MutateOptions,
  ): Promise<ComputeOperation> {
    return this.untilDone(`${method} ${path}`, options, (requestId) =>
      this.retry(`${method} ${path}`, options.signal, true, () =>
        this.request(method, `${path}?requestId=${requestId}`, body),
      ),
    );
  }

  /** Waits until an operation is done. @throws GceFailure with its error */
  async wait(operation: ComputeOperation, what: string, signal?: AbortSignal): Promise<ComputeOperation> {
    const until = this.now() + OPERATION_TIMEOUT_MS;
    let current = operation;
    for (let look = 0; current.status !== 'DONE'; look++) {
      if (this.now() > until)
        throw new GceFailure(what, {
          http: 0,
          reason: 'operationTimeout',
          message: `operation ${operation.name} is still ${current.status ?? 'unknown'} after ${OPERATION_TIMEOUT_MS / 60_000} minutes`,
        });
      await this.sleep(POLL_MS[Math.min(look, POLL_MS.length - 1)] ?? 2_000, signal);
      const [service, scope]: [Service, object] = operation.zone
        ? ['ZoneOperations', { zone: lastPart(operation.zone) }]
        : operation.region
          ? ['RegionOperations', { region: lastPart(operation.region) }]
          : ['GlobalOperations', {}];
      current = await this.get(
        service,
        'get',
        // A change of another project's image is an operation of that project.
        { project: projectOf(operation.selfLink) ?? this.project, operation: operation.name, ...scope },
        operationSchema,
        signal,
      );
    }
    const error = operationError(current);
    if (error) throw new OperationFailed(what, error);
    return current;
  }

  /** Ends the connections. */
  async close(): Promise<void> {
    const clients = [...this.clients.values()];
    this.clients.clear();
    await Promise.all(clients.map((client) => client.close()));
  }

  private async untilDone(
    what: string,
    options: MutateOptions,
    start: (requestId: string) => Promise<unknown>,
  ): Promise<ComputeOperation> {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = first(await start(nextRequestId(options.requestId, attempt)));
        const wrapped = (answer as { latestResponse?: unknown } | null)?.latestResponse ?? answer;
        return await this.wait(operationSchema.parse(wrapped), what, options.signal);
      } catch (error) {
        // A call has had its retries; an operation that was accepted and then failed has had none.
        const tries = failedAs(error, 'notReady') ? HELD_TRIES : OPERATION_TRIES;
        const again = error instanceof OperationFailed && isPassing(error.gce) && attempt + 1 < tries;
        if (!again) throw error;
        const wait = RETRY_MS[Math.min(attempt + 1, PATIENT_STEP)] ?? 1_000;
        await this.sleep(wait * (0.8 + 0.4 * Math.random()), options.signal);
      }
    }
  }

  /**
   * Asks once, without patience, to find out what works. `address`: a path below the project, which is itself at '', or
   * all of a URL.
   * @throws GceFailure
   */
  async ask(method: 'GET' | 'POST', address: string, body?: object): Promise<unknown> {
    try {
      return await this.request(method, address, body);
    } catch (error) {
      throw error instanceof GceFailure ? error : new GceFailure(`${method} ${address}`, normalizeGceError(error));
    }
  }

  private async request(method: string, address: string, body?: object): Promise<unknown> {
    const { data } = await (
      await this.authentication()
    ).request({
      url: /^https?:/.test(address)
        ? address
        : `${this.endpoint(GOOGLE)}/compute/v1/projects/${this.project}${address && `/${address}`}`,
      method,
      ...(body === undefined ? {} : { data: body }),
      timeout: CALL_TIMEOUT_MS,
      responseType: 'json',
    });
    return data;
  }

  private call(
    service: Service,
    method: Method,
    request: object,
    signal?: AbortSignal,
    patient = signal !== undefined,
  ): Promise<unknown> {
    return this.retry(`${service}.${method}`, signal, patient, async () => {
      const client = await this.client(service);
      const run = client[method];
      if (!run) throw new Error(`The Compute client has no ${service}.${method}.`);
      return run.call(client, { project: this.project, ...request }, { ...CALL_OPTIONS });
    });
  }

  private async retry<T>(
    what: string,
    signal: AbortSignal | undefined,
    patient: boolean,
    run: () => Promise<T>,
  ): Promise<T> {
    const until = this.now() + PATIENCE_MS;
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      try {
        return await run();
      } catch (error) {
        const gce = normalizeGceError(error);
        const outlasted = gce.reason === 'unreachable' || gce.kind === 'notReady';
        const onward = patient && outlasted && this.now() < until;
        const wait = RETRY_MS[onward ? Math.min(attempt, PATIENT_STEP) : attempt];
        if (!isPassing(gce) || wait === undefined) throw new GceFailure(what, gce);
        await this.sleep(wait * (0.8 + 0.4 * Math.random()), signal);
      }
    }
  }

  private async client(service: Service): Promise<RawClient> {
    const { option } = await this.authentication();
    const known = this.clients.get(service);
    if (known) return known;
    const { Client, gax } = loadClient(service);
    const client = new Client({ ...this.address(), projectId: this.project, ...option }, gax);
    this.clients.set(service, client);
    return client;
  }

  /** The account's credentials, loaded at the first call and again after a failure. */
  private authentication(): Promise<Authentication> {
    if (this.auth) return this.auth;
    const loaded =
      this.account.endpoint || this.environment.fetch
        ? Promise.resolve(noAuthentication(this.environment.fetch))
        : Promise.resolve(this.environment.credentials?.(this.account)).then((key) =>
            googleAuthentication(this.project, key),
          );
    this.auth = loaded.catch((error: unknown) => {
      this.auth = undefined;
      const words = error instanceof Error ? error.message : String(error);
      throw new GceFailure(`Loading the credentials of account ${this.account.name}`, {
        http: 401,
        reason: 'authError',
        message: words,
      });
    });
    return this.auth;
  }

  private endpoint(google: string): string {
    return this.account.endpoint?.replace(/\/$/, '') ?? google;
  }

  private address(): object {
    if (!this.account.endpoint) return { fallback: true };
    const url = new URL(this.account.endpoint);
    return {
      fallback: true,
      apiEndpoint: url.hostname,
      port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
      protocol: url.protocol.replace(':', ''),
    };
  }
}

/** An operation that was accepted and came to a bad end. */
class OperationFailed extends GceFailure {}

const aggregatedPageSchema = z.looseObject({
  items: z
    .record(z.string(), z.looseObject({ warning: z.looseObject({ code: z.string().nullish() }).nullish() }))
    .nullish(),
  unreachables: z.array(z.string()).nullish(),
});

/** Is a scope, such as `zones/us-central1-a` or a longer link, of the named regions and zones, or of all? */
function isNeeded(scope: string, places: readonly string[]): boolean {
  const place = /(?:zones|regions)\/([^/]+)/.exec(scope)?.[1];
  return place === undefined || places.some((needed) => place === needed || place.startsWith(`${needed}-`));
}

const first = (answer: unknown): unknown => (Array.isArray(answer) ? answer[0] : answer);

/** The request id of another attempt: the same id for the same attempt. */
function nextRequestId(requestId: string, attempt: number): string {
  if (attempt === 0) return requestId;
  const last = (Number.parseInt(requestId.slice(-4), 16) + attempt) % 0x1_0000;
  return requestId.slice(0, -4) + last.toString(16).padStart(4, '0');
}
