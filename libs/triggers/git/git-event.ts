import { badRequest } from '@gennaker/contracts/error';
import type { IncomingWebhook } from '@gennaker/extension-sdk/trigger';
import { readBitbucket } from './bitbucket.ts';
import { readGitHub } from './github.ts';
import { readGitLab } from './gitlab.ts';
import { GIT_SOURCES } from './schema.ts';

/** What happened to a repository, whatever service tells. */
export interface GitEvent {
  readonly project: string;
  readonly slug: string;
  /** Without refs/heads/; a tag keeps its refs/tags/. */
  readonly branch: string;
  /** Of the commit; '' where the event is about none. */
  readonly hash: string;
  /** As triggers list it: push:push, pull_request:opened, repo:push... */
  readonly action: string;
  /** Facts of a pull request. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** What a webhook tells of: a push of several branches is as many events. Or why there is nothing to match. */
export type GitReading = readonly GitEvent[] | { readonly ignored: string };

/** What a service's webhook is read by. */
export type GitReader = (webhook: Pick<IncomingWebhook, 'headers' | 'content'>) => GitReading;

const READERS: Readonly<Record<(typeof GIT_SOURCES)[number], GitReader>> = {
  github: readGitHub,
  gitlab: readGitLab,
  bitbucket: readBitbucket,
  stash: readBitbucket,
};

/** A repository's name for people; that of Bitbucket Cloud has its owner already. */
export function repositoryOf({ project, slug }: Pick<GitEvent, 'project' | 'slug'>): string {
  return slug.includes('/') ? slug : `${project}/${slug}`;
}

/** Reads a webhook of a source. @throws ServiceError 400 for an unknown source, and a body that is none of its source's */
export function readGitEvent({ source, headers, content }: IncomingWebhook): GitReading {
  const known = GIT_SOURCES.find((each) => each === source.toLowerCase());
  if (!known)
    throw badRequest(`No service "${source}" is known that git events come from`, {
      field: 'source',
      fix: `post to /webhooks/git/{source} with one of ${GIT_SOURCES.join(', ')}`,
    });
  const reading = READERS[known]({ headers, content });
  if ('ignored' in reading) return reading;
  const events = reading.filter(({ hash }) => !/^0+$/.test(hash));
  if (events.length > 0) return events;
  const deleted = reading.map((event) => `${event.branch} of ${repositoryOf(event)}`).join(', ');
  return { ignored: deleted === '' ? 'the push changes nothing' : `${deleted} was deleted` };
}
