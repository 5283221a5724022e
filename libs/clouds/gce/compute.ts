import type { CloudAccount, CloudEnvironment } from '@gennaker/extension-sdk/cloud';
import type { z } from 'zod';
import { loadClient, passThroughAuth, type RawClient, type Service } from './client-library.ts';
import { GceFailure, isPassing, normalizeGceError, operationError } from './errors.ts';
import { type ComputeOperation, lastPart, operationSchema } from './resources.ts';

/** Waits between tries of a call that failed in passing, ms; about half a minute in all. */
const RETRY_MS = [200, 400, 800, 1_500, 3_000, 5_000, 8_000, 10_000] as const;
/** Waits between looks at an operation, ms: most finish at once; the last is repeated. */
const POLL_MS = [50, 100, 100, 150, 200, 300, 500, 800, 1_200, 2_000] as const;
/** A change that is under way outlasts a cloud that cannot be reached for this long. */
const PATIENCE_MS = 5 * 60_000;
const OPERATION_TIMEOUT_MS = 10 * 60_000;
const CALL_TIMEOUT_MS = 30_000;

/** One account's connection to Google Compute: calls with retry by reason, lists, and mutations that are waited for. */
export class Compute {
  readonly project: string;
  readonly account: CloudAccount;
  private readonly environment: CloudEnvironment;
  private readonly clients = new Map<Service, RawClient>();
  private auth: object | undefined;

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
    method: string,
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
    method: string,
    request: object,
    schema: S,
    signal?: AbortSignal,
  ): Promise<z.output<S> | null> {
    try {
      return await this.get(service, method, request, schema, signal);
    } catch (error) {
      if (error instanceof GceFailure && error.gce.reason === 'notFound') return null;
      throw error;
    }
  }

  /** Calls a list method, all pages. */
  async list<S extends z.ZodType>(
    service: Service,
    method: string,
    request: object,
    schema: S,
  ): Promise<z.output<S>[]> {
    const answer = first(await this.call(service, method, request));
    return (Array.isArray(answer) ? answer : []).map((item) => schema.parse(item));
  }

  /** Calls an aggregated list, all scopes and pages; `field` names the list within a scope. */
  async aggregated<S extends z.ZodType>(
    service: Service,
    field: string,
    schema: S,
    filter?: string,
  ): Promise<z.output<S>[]> {
    return this.retry(`${service}.aggregatedList`, undefined, false, async () => {
      const client = this.client(service);
      const pages = client['aggregatedListAsync']?.(
        { project: this.project, returnPartialSuccess: true, ...(filter ? { filter } : {}) },
        { timeout: CALL_TIMEOUT_MS, autoPaginate: false },
      ) as AsyncIterable<[string, Record<string, unknown>]>;
      const all: z.output<S>[] = [];
      for await (const [, scope] of pages) {
        const items = scope[field];
        if (Array.isArray(items)) for (const item of items) all.push(schema.parse(item));
      }
      return all;
    });
  }

  /**
   * Calls a method that changes something and waits until its operation is done. `requestId` makes a repeat harmless.
   * @throws GceFailure of the call or of the operation
   */
  async mutate(
    service: Service,
    method: string,
    request: Record<string, unknown>,
    options: { readonly requestId: string; readonly signal?: AbortSignal | undefined },
  ): Promise<ComputeOperation> {
    const answer = first(
      await this.call(service, method, { ...request, requestId: options.requestId }, options.signal, true),
    );
    const wrapped = (answer as { latestResponse?: unknown } | null)?.latestResponse ?? answer;
    return this.wait(operationSchema.parse(wrapped), `${service}.${method}`, options.signal);
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
        { project: this.project, operation: operation.name, ...scope },
        operationSchema,
        signal,
      );
    }
    const error = operationError(current);
    if (error) throw new GceFailure(what, error);
    return current;
  }

  /** Ends the connections. */
  async close(): Promise<void> {
    const clients = [...this.clients.values()];
    this.clients.clear();
    await Promise.all(clients.map((client) => client.close()));
  }

  private call(
    service: Service,
    method: string,
    request: object,
    signal?: AbortSignal,
    patient = signal !== undefined,
  ): Promise<unknown> {
    return this.retry(`${service}.${method}`, signal, patient, async () => {
      const run = this.client(service)[method];
      if (!run) throw new Error(`The Compute client has no ${service}.${method}.`);
      return run.call(this.client(service), { project: this.project, ...request }, { timeout: CALL_TIMEOUT_MS });
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
        const onward = patient && gce.reason === 'unreachable' && this.now() < until;
        const wait = RETRY_MS[onward ? Math.min(attempt, 4) : attempt];
        if (!isPassing(gce) || wait === undefined) throw new GceFailure(what, gce);
        await this.sleep(wait * (0.8 + 0.4 * Math.random()), signal);
      }
    }
  }

  private client(service: Service): RawClient {
    const known = this.clients.get(service);
    if (known) return known;
    const { Client, gax } = loadClient(service);
    const client = new Client(this.options(), gax);
    this.clients.set(service, client);
    return client;
  }

  private options(): object {
    if (!this.account.endpoint) return { fallback: true, projectId: this.project };
    const url = new URL(this.account.endpoint);
    this.auth ??= passThroughAuth(this.environment.fetch);
    return {
      fallback: true,
      apiEndpoint: url.hostname,
      port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
      protocol: url.protocol.replace(':', ''),
      projectId: this.project,
      authClient: this.auth,
    };
  }
}

const first = (answer: unknown): unknown => (Array.isArray(answer) ? answer[0] : answer);
