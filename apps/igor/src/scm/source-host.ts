import type { CommitState, ComparedCommit } from '@gennaker/contracts/scm';

/** A tag as its host knows it. */
export interface KnownTag {
  /** The commit that it stands for; of an annotated tag the one that it names. */
  readonly hash: string;
  readonly url?: string | undefined;
}

/** A tag that is to be. */
export interface WantedTag {
  readonly repository: string;
  readonly hash: string;
  readonly tag: string;
  /** Makes it an annotated tag. */
  readonly message?: string | undefined;
}

/** A release of a tag that is there. */
export interface WantedRelease {
  readonly repository: string;
  readonly tag: string;
  readonly name: string;
  readonly notes: string;
  readonly prerelease: boolean;
}

/** A status of a commit. */
export interface WantedStatus {
  readonly repository: string;
  readonly hash: string;
  readonly state: CommitState;
  readonly context: string;
  readonly description?: string | undefined;
  readonly url?: string | undefined;
}

/** What a host of repositories can do; what it cannot is absent. */
export interface SourceHost {
  readonly findTag: (repository: string, tag: string) => Promise<KnownTag | undefined>;
  /** Makes a tag. @throws ServiceError 409 when somebody else made one of that name meanwhile */
  readonly createTag: (wanted: WantedTag) => Promise<KnownTag>;
  /** Page of a tag's release; undefined where it has none. */
  readonly findRelease?: (
    repository: string,
    tag: string,
  ) => Promise<{ readonly url?: string | undefined } | undefined>;
  /** Makes a release. @throws ServiceError 409 when somebody else made it meanwhile */
  readonly createRelease?: (wanted: WantedRelease) => Promise<{ readonly url?: string | undefined }>;
  readonly setStatus?: (wanted: WantedStatus) => Promise<void>;
  /** Commits of `to` that `from` lacks, the newest first. */
  readonly compare?: (repository: string, from: string, to: string) => Promise<ComparedCommit[]>;
}
