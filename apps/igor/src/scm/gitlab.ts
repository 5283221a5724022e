import { ServiceError } from '@gennaker/contracts/error';
import { z } from 'zod';
import { type CallHost, linkSchema, present } from './host-calls.ts';
import type { SourceHost } from './source-host.ts';

const tagSchema = z.looseObject({ name: z.string(), commit: z.looseObject({ id: z.string() }) });
const releaseSchema = z.looseObject({ _links: z.looseObject({ self: linkSchema }).nullish() });
const commitSchema = z.looseObject({
  id: z.string(),
  short_id: z.string(),
  message: z.string(),
  author_name: z.string(),
  created_at: z.string().nullish(),
  web_url: linkSchema,
});

/** Longest description of a status that GitLab takes. */
const DESCRIPTION = 255;
const STATES = { pending: 'pending', success: 'success', failure: 'failed', cancelled: 'canceled' } as const;
const exists = (status: number, text: string): boolean =>
  (status === 400 || status === 409) && /already exists/i.test(text);

/** GitLab, by its REST API v4. */
export function gitlabHost(call: CallHost): SourceHost {
  const project = (repository: string): string => `/projects/${encodeURIComponent(repository)}`;
  return {
    async findTag(repository, tag) {
      const path = `${project(repository)}/repository/tags/${encodeURIComponent(tag)}`;
      const found = await call({ method: 'GET', path, schema: tagSchema, orNone: true });
      return found && { hash: found.commit.id };
    },
    async createTag({ repository, hash, tag, message }) {
      const body = { tag_name: tag, ref: hash, ...(message === undefined ? {} : { message }) };
      const path = `${project(repository)}/repository/tags`;
      const made = await present(call({ method: 'POST', path, body, schema: tagSchema, conflict: exists }));
      return { hash: made.commit.id };
    },
    async findRelease(repository, tag) {
      const path = `${project(repository)}/releases/${encodeURIComponent(tag)}`;
      const found = await call({ method: 'GET', path, schema: releaseSchema, orNone: true });
      return found && { url: found._links?.self ?? undefined };
    },
    async createRelease({ repository, tag, name, notes }) {
      const body = { tag_name: tag, name, description: notes };
      const path = `${project(repository)}/releases`;
      const made = await present(call({ method: 'POST', path, body, schema: releaseSchema, conflict: exists }));
      return { url: made._links?.self ?? undefined };
    },
    async setStatus({ repository, hash, state, context, description, url }) {
      try {
        await call({
          method: 'POST',
          path: `${project(repository)}/statuses/${hash}`,
          body: {
            state: STATES[state],
            name: context,
            ...(description === undefined ? {} : { description: description.slice(0, DESCRIPTION) }),
            ...(url === undefined ? {} : { target_url: url }),
          },
          schema: z.looseObject({ status: z.string() }),
          // It stands at that already: a repeat of what was said before.
          conflict: (status, text) => status === 400 && /cannot transition status/i.test(text),
        });
      } catch (error) {
        if (!(error instanceof ServiceError) || error.status !== 409) throw error;
      }
    },
    async compare(repository, from, to) {
      const query = new URLSearchParams({ from, to });
      const schema = z.looseObject({ web_url: linkSchema, commits: z.array(commitSchema) });
      const path = `${project(repository)}/repository/compare?${query.toString()}`;
      const found = await present(call({ method: 'GET', path, schema }));
      return found.commits.toReversed().map((commit) => ({
        id: commit.id,
        displayId: commit.short_id,
        authorDisplayName: commit.author_name,
        ...(commit.created_at ? { timestamp: Date.parse(commit.created_at) } : {}),
        message: commit.message,
        ...(commit.web_url ? { commitUrl: commit.web_url } : {}),
        ...(found.web_url ? { compareUrl: found.web_url } : {}),
      }));
    },
  };
}
