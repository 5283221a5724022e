import { createHash } from 'node:crypto';
import { badRequest } from '@gennaker/contracts/error';
import { z } from 'zod';
import { type CallHost, linkSchema, present } from './host-calls.ts';
import type { SourceHost, WantedStatus } from './source-host.ts';

const linksSchema = z.looseObject({ html: z.looseObject({ href: linkSchema }).nullish() }).nullish();
const tagSchema = z.looseObject({ name: z.string(), target: z.looseObject({ hash: z.string() }), links: linksSchema });
const commitSchema = z.looseObject({
  hash: z.string(),
  message: z.string(),
  date: z.string().nullish(),
  author: z.looseObject({ raw: z.string().nullish() }).nullish(),
  links: linksSchema,
});
const STATES = { pending: 'INPROGRESS', success: 'SUCCESSFUL', failure: 'FAILED', cancelled: 'STOPPED' } as const;
/** Longest key of a build status; longer ones are told apart by a hash. */
const KEY = 40;
const exists = (status: number, text: string): boolean =>
  (status === 400 || status === 409) && /already exists/i.test(text);

/** A status as both Bitbuckets take it. @throws ServiceError 400 without a page, which they want */
export function bitbucketStatus({ state, context, description, url }: WantedStatus, stopped: boolean): object {
  if (url === undefined)
    throw badRequest('Bitbucket takes no status without a page', { field: 'url', fix: 'give the address of a page' });
  return {
    state: state === 'cancelled' && !stopped ? 'FAILED' : STATES[state],
    key: context.length <= KEY ? context : createHash('sha1').update(context).digest('hex'),
    name: context,
    url,
    ...(description === undefined ? {} : { description: description.slice(0, 255) }),
  };
}

/** Bitbucket Cloud, by its REST API 2.0. */
export function bitbucketHost(call: CallHost): SourceHost {
  const repo = (repository: string): string => `/repositories/${repository}`;
  return {
    async findTag(repository, tag) {
      const path = `${repo(repository)}/refs/tags/${encodeURIComponent(tag)}`;
      const found = await call({ method: 'GET', path, schema: tagSchema, orNone: true });
      return found && { hash: found.target.hash, url: found.links?.html?.href ?? undefined };
    },
    async createTag({ repository, hash, tag, message }) {
      const body = { name: tag, target: { hash }, ...(message === undefined ? {} : { message }) };
      const path = `${repo(repository)}/refs/tags`;
      const made = await present(call({ method: 'POST', path, body, schema: tagSchema, conflict: exists }));
      return { hash: made.target.hash, url: made.links?.html?.href ?? undefined };
    },
    async setStatus(wanted) {
      const path = `${repo(wanted.repository)}/commit/${wanted.hash}/statuses/build`;
      await call({
        method: 'POST',
        path,
        body: bitbucketStatus(wanted, true),
        schema: z.looseObject({ key: z.string() }),
      });
    },
    async compare(repository, from, to) {
      const path = `${repo(repository)}/commits/${encodeURIComponent(to)}?exclude=${encodeURIComponent(from)}&pagelen=100`;
      const schema = z.looseObject({ values: z.array(commitSchema) });
      const found = await present(call({ method: 'GET', path, schema }));
      return found.values.map(({ hash, message, date, author, links }) => ({
        id: hash,
        displayId: hash.slice(0, 7),
        authorDisplayName: (author?.raw ?? '').replace(/\s*<[^>]*>$/, ''),
        ...(date ? { timestamp: Date.parse(date) } : {}),
        message,
        ...(links?.html?.href ? { commitUrl: links.html.href } : {}),
      }));
    },
  };
}
