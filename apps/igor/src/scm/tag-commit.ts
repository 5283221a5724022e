import { ServiceError } from '@gennaker/contracts/error';
import type { scmRoutes, TaggedCommit } from '@gennaker/contracts/scm';
import type { Call } from '@gennaker/contracts/route';
import { type ReachedRepository, reachRepository, type SourceHostParts, unable } from './source-hosts.ts';
import type { KnownTag } from './source-host.ts';

type Asked = Call<(typeof scmRoutes)['tagCommit']>['body'];

/**
 * Tags a commit, and releases the tag where that is asked for. What is there already on this commit is left as it is, so
 * that a repeat changes nothing.
 * @throws ServiceError 409 when the tag is on another commit, 400 or 404 for what the host refuses, 500 when it is away
 */
export async function tagCommit(parts: SourceHostParts, asked: Asked): Promise<TaggedCommit> {
  const reached = reachRepository(parts, asked);
  const { account, repository, host } = reached;
  const { hash, tag, message, release } = asked;
  if (release && !(host.findRelease && host.createRelease)) throw unable(reached, 'releases');
  const before = await host.findTag(repository, tag);
  const known = before ?? (await makeTag(reached, { repository, hash, tag, message }));
  if (known.hash.toLowerCase() !== hash)
    throw new ServiceError(409, `Tag "${tag}" of ${repository} is on commit ${known.hash} already, not on ${hash}`, {
      field: 'tag',
      fix: 'give another name, or remove that tag first',
      taggedHash: known.hash,
    });
  return {
    account: account.name,
    repository,
    hash,
    tag,
    created: before === undefined,
    ...(known.url === undefined ? {} : { url: known.url }),
    ...(release ? { release: await makeRelease(reached, tag, release) } : {}),
  };
}

async function makeTag(
  { host }: ReachedRepository,
  wanted: { repository: string; hash: string; tag: string; message?: string | undefined },
): Promise<KnownTag> {
  try {
    return await host.createTag(wanted);
  } catch (error) {
    const other = isConflict(error) ? await host.findTag(wanted.repository, wanted.tag) : undefined;
    if (!other) throw error;
    return other;
  }
}

async function makeRelease(
  { host, repository }: ReachedRepository,
  tag: string,
  release: NonNullable<Asked['release']>,
): Promise<NonNullable<TaggedCommit['release']>> {
  const found = async () => host.findRelease?.(repository, tag);
  const shown = (one: { url?: string | undefined } | undefined) => (one?.url === undefined ? {} : { url: one.url });
  const before = await found();
  if (before) return { created: false, ...shown(before) };
  try {
    const made = await host.createRelease?.({
      repository,
      tag,
      name: release.name ?? tag,
      notes: release.notes ?? '',
      prerelease: release.prerelease ?? false,
    });
    return { created: true, ...shown(made) };
  } catch (error) {
    const other = isConflict(error) ? await found() : undefined;
    if (!other) throw error;
    return { created: false, ...shown(other) };
  }
}

const isConflict = (error: unknown): boolean => error instanceof ServiceError && error.status === 409;
