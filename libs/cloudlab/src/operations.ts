import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Scope } from './path.ts';
import { linkOf } from './path.ts';
import { CloudProblem, OperationFailure, notFound, notReady } from './problem.ts';
import type { OperationDocument, OperationWork, Store, StoredOperation } from './store.ts';

const KEEP_MS = 24 * 3_600_000;
const KEEP_COUNT = 3000;
const WAIT_MS = 120_000;

/** What makes a repeated request the same request. */
export interface RequestId {
  /** As the client sent it. */
  readonly id: string;
  /** With what it was sent to: the same id may be used once for each method and resource. */
  readonly key: string;
}

/** What a new operation is about. */
export interface OperationStart {
  readonly scope: Scope;
  /** `insert`, `delete`, `patch`, `resize`... */
  readonly type: string;
  readonly targetPath: string;
  /** Makes the change that is visible at once and answers the target's id; left out when the operation was ordered to fail. */
  readonly apply: () => string;
  readonly requestId: RequestId | undefined;
  /** Name in the table of works and its plain data. */
  readonly work?: { readonly action: string; readonly detail?: Readonly<Record<string, string>> } | undefined;
}

/** Operations: PENDING, RUNNING, DONE, after the configured latency. Unfinished ones are finished after a restart. */
export class Operations {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #latencyMs: number;
  readonly #run: (work: OperationWork) => Promise<void>;
  readonly #byRequest = new Map<string, string>();
  readonly #waiters = new Map<string, (() => void)[]>();

  /** @param run does an operation's work; an OperationFailure that it throws becomes the operation's error */
  constructor(
    store: Store,
    clock: Clock,
    faults: Faults,
    latencyMs: number,
    run: (work: OperationWork) => Promise<void>,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#faults = faults;
    this.#latencyMs = latencyMs;
    this.#run = run;
    for (const operation of Object.values(store.state.operations)) this.#index(operation);
  }

  /** The operation that an earlier request of the same key started. */
  forRequest(key: string): OperationDocument | undefined {
    const path = this.#byRequest.get(key);
    return path === undefined ? undefined : this.#store.state.operations[path]?.document;
  }

  start(start: OperationStart): OperationDocument {
    this.#prune();
    const failure = this.#faults.operation(start.type, start.targetPath);
    const targetId = failure === undefined ? start.apply() : '0';
    const now = this.#clock.now();
    const latency = this.#faults.latencyMs ?? this.#latencyMs;
    const name = `operation-${now}-${this.#store.nextSuffix(8)}`;
    const path = `${start.scope.path}/operations/${name}`;
    const place = linkOf(start.scope.path);
    const document: OperationDocument = {
      kind: 'compute#operation',
      id: this.#store.nextId(),
      name,
      operationType: start.type,
      targetLink: linkOf(start.targetPath),
      targetId,
      status: 'PENDING',
      progress: 0,
      user: 'anonymous',
      insertTime: new Date(now).toISOString(),
      selfLink: linkOf(path),
      ...(start.scope.kind === 'zone' ? { zone: place } : {}),
      ...(start.scope.kind === 'region' ? { region: place } : {}),
      ...(start.requestId === undefined ? {} : { clientOperationId: start.requestId.id }),
    };
    const stored: StoredOperation = {
      path,
      requestId: start.requestId?.key ?? '',
      document,
      work:
        failure === undefined
          ? { action: start.work?.action ?? 'none', target: start.targetPath, detail: start.work?.detail }
          : { action: 'fail', target: start.targetPath, detail: failure },
      dueAt: now + latency,
    };
    this.#store.state.operations[path] = stored;
    this.#store.changed();
    this.#index(stored);
    this.#schedule(stored);
    return document;
  }

  /** Goes on with whatever was not done when the state was written. */
  resume(): void {
    for (const operation of Object.values(this.#store.state.operations)) {
      if (operation.document.status !== 'DONE') this.#schedule(operation);
    }
  }

  /** Whether an operation that is not done yet has one of these works on a resource. */
  isUnderWay(targetPath: string, works: ReadonlySet<string>): boolean {
    return Object.values(this.#store.state.operations).some(
      ({ work, document }) => document.status !== 'DONE' && work.target === targetPath && works.has(work.action),
    );
  }

  get(path: string): OperationDocument {
    const operation = this.#store.state.operations[path];
    if (operation === undefined) throw notFound(path);
    return operation.document;
  }

  /** Forgets an operation that is done; nothing of what it did changes. */
  forget(path: string): void {
    if (this.get(path).status !== 'DONE') throw notReady(path, 'it is not done yet.');
    this.#drop(path);
    this.#store.changed();
  }

  /** Operations of a project (`projects/p/`) or a scope in it, oldest first. */
  list(prefix: string): OperationDocument[] {
    return Object.values(this.#store.state.operations)
      .filter(({ path }) => path.startsWith(prefix))
      .map(({ document }) => document)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Answers when the operation is done, or after two minutes with its state then. */
  async wait(path: string): Promise<OperationDocument> {
    if (this.get(path).status !== 'DONE') {
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#waiters.set(path, [...(this.#waiters.get(path) ?? []), resolve]);
        }),
        sleep(this.#clock, WAIT_MS),
      ]);
    }
    return this.get(path);
  }

  #schedule(operation: StoredOperation): void {
    const remaining = Math.max(0, operation.dueAt - this.#clock.now());
    this.#clock.after(remaining / 3, () => {
      if (this.#store.state.operations[operation.path]?.document.status !== 'PENDING') return;
      this.#update(operation.path, {
        status: 'RUNNING',
        progress: 20,
        startTime: new Date(this.#clock.now()).toISOString(),
      });
    });
    this.#clock.after(remaining, () => void this.#finish(operation.path));
  }

  async #finish(path: string): Promise<void> {
    const operation = this.#store.state.operations[path];
    if (operation === undefined) return;
    if (operation.document.status === 'PENDING') {
      this.#update(path, { status: 'RUNNING', progress: 20, startTime: new Date(this.#clock.now()).toISOString() });
    }
    let failure: Partial<OperationDocument> = {};
    try {
      await this.#run(operation.work);
    } catch (cause) {
      failure = failureOf(cause);
    }
    this.#update(path, {
      status: 'DONE',
      progress: 100,
      endTime: new Date(this.#clock.now()).toISOString(),
      ...failure,
    });
    for (const resolve of this.#waiters.get(path) ?? []) resolve();
    this.#waiters.delete(path);
  }

  #update(path: string, change: Partial<OperationDocument>): void {
    const operation = this.#store.state.operations[path];
    if (operation === undefined) return;
    this.#store.state.operations[path] = { ...operation, document: { ...operation.document, ...change } };
    this.#store.changed();
  }

  #index({ path, requestId }: StoredOperation): void {
    if (requestId !== '') this.#byRequest.set(requestId, path);
  }

  #drop(path: string): void {
    this.#byRequest.delete(this.#store.state.operations[path]?.requestId ?? '');
    delete this.#store.state.operations[path];
  }

  #prune(): void {
    const all = Object.values(this.#store.state.operations);
    const oldest = this.#clock.now() - KEEP_MS;
    const surplus = all.length - KEEP_COUNT;
    if (surplus <= 0 && !all.some(({ dueAt }) => dueAt < oldest)) return;
    all
      .filter(({ document }) => document.status === 'DONE')
      .sort((a, b) => a.dueAt - b.dueAt)
      .forEach((operation, position) => {
        if (operation.dueAt >= oldest && position >= surplus) return;
        this.#drop(operation.path);
      });
  }
}

function failureOf(cause: unknown): Partial<OperationDocument> {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof OperationFailure) {
    return {
      error: { errors: [{ code: cause.code, message }] },
      httpErrorStatusCode: 400,
      httpErrorMessage: 'BAD REQUEST',
    };
  }
  if (cause instanceof CloudProblem) {
    const code = cause.reason.replaceAll(/([A-Z])/g, '_$1').toUpperCase();
    return {
      error: { errors: [{ code, message }] },
      httpErrorStatusCode: cause.status,
      httpErrorMessage: cause.reason,
    };
  }
  return {
    error: { errors: [{ code: 'INTERNAL_ERROR', message }] },
    httpErrorStatusCode: 500,
    httpErrorMessage: 'INTERNAL SERVER ERROR',
  };
}
