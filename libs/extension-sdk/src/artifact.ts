import type { Artifact } from '@gennaker/contracts/artifacts';
import type { SecretReference } from '@gennaker/contracts/cloud-accounts';
import type { z } from 'zod';
import type { GuardedRequest, OpenedResponse } from './ports.ts';

/** What a kind of artifact reaches the outside with. */
export interface ArtifactEnvironment {
  /** HTTP through the egress guard; the body is not read. @throws ServiceError */
  readonly open: (request: GuardedRequest) => Promise<OpenedResponse>;
  /** The text that a reference of the account names. @throws Error that says what is missing */
  readonly secret: (reference: SecretReference) => Promise<string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A kind of artifacts: which types they have, what an account of it is, and how their content is fetched. */
export interface ArtifactDefinition<S extends z.ZodType = z.ZodType> {
  /** Name of the kind, which accounts have as their `type`. */
  readonly type: string;
  readonly label: string;
  readonly description: string;
  /** Types of the artifacts that it is about. */
  readonly artifactTypes: readonly string[];
  /** An account of gennaker.yml; absent: these artifacts need none. */
  readonly schema?: S;
  /** Sample accounts that parse; of a kind without accounts none. */
  readonly examples: readonly Record<string, unknown>[];
  /**
   * The content of an artifact as it comes; absent: there is none, the reference is all.
   * @throws ServiceError that says what is wrong with the artifact, or what its source answered
   */
  fetch?(
    artifact: Artifact,
    account: z.output<S>,
    environment: ArtifactEnvironment,
  ): Promise<ReadableStream<Uint8Array>>;
  /** Names of the artifacts that the account has; absent: it cannot tell. */
  names?(account: z.output<S>, environment: ArtifactEnvironment): Promise<readonly string[]>;
  /** Versions of one of them, the newest first; absent: it cannot tell. */
  versions?(name: string, account: z.output<S>, environment: ArtifactEnvironment): Promise<readonly string[]>;
}

/** A definition as registries hold it; whoever opens an account parses it with the schema first. */
export type AnyArtifactDefinition = Omit<ArtifactDefinition, 'fetch' | 'names' | 'versions'> & {
  fetch?(artifact: Artifact, account: never, environment: ArtifactEnvironment): Promise<ReadableStream<Uint8Array>>;
  names?(account: never, environment: ArtifactEnvironment): Promise<readonly string[]>;
  versions?(name: string, account: never, environment: ArtifactEnvironment): Promise<readonly string[]>;
};

/** Declares a kind of artifacts. */
export function defineArtifact<S extends z.ZodType>(definition: ArtifactDefinition<S>): AnyArtifactDefinition {
  return definition;
}
