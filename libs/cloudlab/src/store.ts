import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CollectionName, Resource, Resources } from './resource.ts';
import { splitPath } from './path.ts';
import type { Scope } from './path.ts';

/** What an error of a managed instance looks like in the API. */
export interface AttemptError {
  readonly code: string;
  readonly message: string;
}

/** What is being done to an instance now, in the API's words. */
export type InstanceAction = 'NONE' | 'CREATING' | 'RECREATING' | 'DELETING' | 'RESTARTING' | 'VERIFYING';

/** What is remembered of an instance beyond the API's resource. */
export interface ManagedRecord {
  readonly instance: string;
  /** Path of the managed group that it belongs to; empty for an instance that stands alone. */
  readonly group: string;
  /** Path of its template; empty for an instance that was inserted by itself. */
  readonly template: string;
  /** Name of its group's version that it has, where the version has one. */
  readonly version?: string | undefined;
  /** Content digest of its image. */
  readonly digest: string;
  readonly action: InstanceAction;
  readonly port: number;
  readonly drainSeconds: number;
  /** Starts that failed in a row. */
  readonly failures: number;
  readonly lastErrors: readonly AttemptError[];
  /** Milliseconds since the epoch of the moment it last began to run; 0 before. */
  readonly runningSince: number;
  /** Its boot disk goes on from the instance before it. */
  readonly keepsRoot?: boolean | undefined;
}

/** One line of listErrors. */
export interface GroupError {
  readonly at: string;
  readonly instance: string;
  readonly action: string;
  readonly error: AttemptError;
}

/** An operation and what is left to do for it: plain data, so that a restart can go on with it. */
export interface StoredOperation {
  readonly path: string;
  /** What makes a repeated request the same request; empty when nothing does. */
  readonly requestId: string;
  readonly document: OperationDocument;
  readonly work: OperationWork;
  /** Milliseconds since the epoch at which the work is due. */
  readonly dueAt: number;
}

/** What an operation does when its time has come. */
export interface OperationWork {
  readonly action: string;
  readonly target: string;
  readonly detail?: Readonly<Record<string, string>> | undefined;
}

/** An operation as the API shows it. */
export interface OperationDocument {
  readonly kind: 'compute#operation';
  readonly id: string;
  readonly name: string;
  readonly operationType: string;
  readonly targetLink: string;
  readonly targetId: string;
  readonly status: 'PENDING' | 'RUNNING' | 'DONE';
  readonly progress: number;
  readonly user: string;
  readonly insertTime: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly selfLink: string;
  readonly zone?: string;
  readonly region?: string;
  readonly clientOperationId?: string;
  readonly error?: { readonly errors: readonly AttemptError[] };
  readonly httpErrorStatusCode?: number;
  readonly httpErrorMessage?: string;
}

const record = <T>() =>
  z.record(
    z.string(),
    z.custom<T>((value) => typeof value === 'object' && value !== null),
  );

/** The whole state as it stands in its file. */
export const stateSchema = z.object({
  version: z.literal(1),
  /** Grows with every id that is handed out. */
  sequence: z.number().int(),
  resources: record<Resource>(),
  operations: record<StoredOperation>(),
  managed: record<ManagedRecord>(),
  errors: z.record(z.string(), z.array(z.custom<GroupError>())),
  /** Third octet of an address to the last fourth octet given out there. */
  addresses: z.record(z.string(), z.number().int()),
  /** Limits that were set, by `project place metric`. */
  quotas: z.record(z.string(), z.number()).default({}),
  /** Projects that have had their default network. */
  projects: z.array(z.string()).default([]),
});
/** @see stateSchema */
export type CloudState = z.infer<typeof stateSchema>;

/** A cloud with nothing in it. */
export function emptyState(): CloudState {
  return {
    version: 1,
    sequence: 0,
    resources: {},
    operations: {},
    managed: {},
    errors: {},
    addresses: {},
    quotas: {},
    projects: [],
  };
}

/** Keeps the state between two runs. */
export interface StatePersistence {
  load(): CloudState | undefined;
  /** Called after every change; may gather several before it writes. */
  changed(state: CloudState): void;
  /** Resolves when what changed until now is written, or could not be. */
  written(): Promise<void>;
  /** Writes what is not written yet. */
  flush(): void;
}

/** Forgets everything: for tests and simulations. */
export const inMemory: StatePersistence = {
  load: () => undefined,
  changed: () => undefined,
  written: () => Promise.resolve(),
  flush: () => undefined,
};

/** Typed access to the state; every write is handed to the persistence. */
export class Store {
  readonly state: CloudState;
  /** The same resources by collection: lists must not look through all of them. */
  readonly #collections = new Map<string, Map<string, Resource>>();
  readonly #persistence: StatePersistence;
  readonly #seed: string;
  #changes = 0;

  /** @param seed makes generated names and ids repeatable */
  constructor(persistence: StatePersistence, seed: string) {
    this.#persistence = persistence;
    this.#seed = seed;
    this.state = persistence.load() ?? emptyState();
    for (const [path, resource] of Object.entries(this.state.resources)) {
      this.#collection(splitPath(path)?.collection ?? '').set(path, resource);
    }
  }

  get<C extends CollectionName>(_collection: C, path: string): Resources[C] | undefined {
    return this.state.resources[path] as Resources[C] | undefined;
  }

  /** Every resource of a collection, in a scope or everywhere in it (`projects/p/`), sorted by path. */
  list<C extends CollectionName>(collection: C, within: Scope | string): [path: string, resource: Resources[C]][] {
    const prefix = typeof within === 'string' ? within : `${within.path}/${collection}/`;
    return [...this.#collection(collection)]
      .filter(([path]) => path.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1)) as [string, Resources[C]][];
  }

  put<C extends CollectionName>(collection: C, path: string, resource: Resources[C]): void {
    this.state.resources[path] = resource;
    this.#collection(collection).set(path, resource);
    this.changed();
  }

  remove(path: string): void {
    delete this.state.resources[path];
    this.#collection(splitPath(path)?.collection ?? '').delete(path);
    this.changed();
  }

  changed(): void {
    this.#changes++;
    this.#persistence.changed(this.state);
  }

  /** How often anything changed since this process began. */
  get changes(): number {
    return this.#changes;
  }

  /** Resolves when what changed until now is written, or could not be. */
  written(): Promise<void> {
    return this.#persistence.written();
  }

  flush(): void {
    this.#persistence.flush();
  }

  /** A fresh unsigned 64-bit id as text. */
  nextId(): string {
    return this.#hash().readBigUInt64BE().toString();
  }

  /** `length` fresh characters of a-z and 0-9. */
  nextSuffix(length: number): string {
    const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
    const bytes = this.#hash();
    return Array.from({ length }, (_, i) => alphabet.charAt((bytes[i] ?? 0) % alphabet.length)).join('');
  }

  /** Next free address `prefix.octet.k`, going round so that a freed one rests before it is used again. */
  nextAddress(prefix: string, octet: number, taken: ReadonlySet<string>): string {
    const key = String(octet);
    let k = this.state.addresses[key] ?? 0;
    for (let tries = 0; tries < 254; tries++) {
      k = (k % 254) + 1;
      const address = `${prefix}.${octet}.${k}`;
      if (taken.has(address)) continue;
      this.state.addresses[key] = k;
      this.changed();
      return address;
    }
    throw new Error(`All 254 addresses of ${prefix}.${octet}.0/24 are taken; delete what is not needed any more.`);
  }

  #collection(name: string): Map<string, Resource> {
    const known = this.#collections.get(name);
    if (known !== undefined) return known;
    const made = new Map<string, Resource>();
    this.#collections.set(name, made);
    return made;
  }

  #hash(): Buffer {
    const sequence = ++this.state.sequence;
    this.changed();
    return createHash('sha256').update(`${this.#seed}:${sequence}`).digest();
  }
}

/** Fingerprint of a resource's content: changes whenever anything but the fingerprint does. */
export function fingerprintOf(content: object): string {
  const { fingerprint: _, ...rest } = content as { fingerprint?: unknown };
  return createHash('sha256').update(JSON.stringify(rest)).digest().subarray(0, 8).toString('base64');
}
