import { badRequest } from '@gennaker/contracts/error';
import { z } from 'zod';
import { bitbucketStatus } from './bitbucket.ts';
import { type CallHost, present } from './host-calls.ts';
import type { SourceHost } from './source-host.ts';

const tagSchema = z.looseObject({ displayId: z.string(), latestCommit: z.string() });
const commitSchema = z.looseObject({
  id: z.string(),
  displayId: z.string(),
  message: z.string(),
  authorTimestamp: z.number().nullish(),
  author: z.looseObject({ name: z.string(), displayName: z.string().nullish() }),
});
const exists = (status: number, text: string): boolean =>
  status === 409 || (status === 400 && /already exists/i.test(text));

/** Bitbucket Server (once Stash), by its REST API 1.0. */
export function stashHost(call: CallHost): SourceHost {
  const repo = (repository: string): string => {
    const [project, slug, ...more] = repository.split('/');
    if (!project || !slug || more.length > 0)
      throw badRequest(`"${repository}" is no repository of Bitbucket Server`, {
        field: 'repository',
        fix: 'give its project and its name: PROJECT/name',
      });
    return `/rest/api/1.0/projects/${project}/repos/${slug}`;
  };
  return {
    async findTag(repository, tag) {
      const path = `${repo(repository)}/tags/${encodeURIComponent(tag)}`;
      const found = await call({ method: 'GET', path, schema: tagSchema, orNone: true });
      return found && { hash: found.latestCommit };
    },
    async createTag({ repository, hash, tag, message }) {
      const body = { name: tag, startPoint: hash, ...(message === undefined ? {} : { message }) };
      const path = `${repo(repository)}/tags`;
      const made = await present(call({ method: 'POST', path, body, schema: tagSchema, conflict: exists }));
      return { hash: made.latestCommit };
    },
    async setStatus(wanted) {
      // It answers nothing.
      await call({
        method: 'POST',
        path: `/rest/build-status/1.0/commits/${wanted.hash}`,
        body: bitbucketStatus(wanted, false),
        schema: z.unknown(),
      });
    },
    async compare(repository, from, to) {
      const query = new URLSearchParams({ from: to, to: from, limit: '100' });
      const path = `${repo(repository)}/compare/commits?${query.toString()}`;
      const found = await present(
        call({ method: 'GET', path, schema: z.looseObject({ values: z.array(commitSchema) }) }),
      );
      return found.values.map(({ id, displayId, message, authorTimestamp, author }) => ({
        id,
        displayId,
        authorDisplayName: author.displayName ?? author.name,
        ...(authorTimestamp ? { timestamp: authorTimestamp } : {}),
        message,
      }));
    },
  };
}
