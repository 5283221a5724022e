import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { DeploymentMonitor } from '@gennaker/contracts/deployment-monitors';
import type { front50Api } from '@gennaker/contracts/front50';
import type { igorApi } from '@gennaker/contracts/igor';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { roscoApi } from '@gennaker/contracts/rosco';
import type { Client } from '@gennaker/contracts/route';

/** A request to an address that a user named; guarded against private addresses. */
export interface GuardedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface GuardedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as UTF-8 text. */
  readonly body: string;
  /** The body's exact bytes. */
  readonly bytes: Uint8Array;
}

/** An answer whose body is not read yet; whoever gets it reads or cancels it. */
export interface OpenedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array>;
}

/** The services that a task reaches. */
export interface Ports {
  readonly clouddriver: Client<typeof clouddriverApi>;
  readonly rosco: Client<typeof roscoApi>;
  readonly front50: Client<typeof front50Api>;
  /** Build servers and source hosts. */
  readonly igor: Client<typeof igorApi>;
  /** Orca itself, for child pipelines and other executions. */
  readonly orca: Client<typeof orcaApi>;
  /** HTTP through the egress guard: refused addresses throw a ServiceError that names the rule. */
  readonly http: (request: GuardedRequest) => Promise<GuardedResponse>;
  /** The external monitors of deploys that the configuration names. */
  readonly deploymentMonitors: readonly DeploymentMonitor[];
}
