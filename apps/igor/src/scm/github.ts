import { z } from 'zod';
import { type CallHost, linkSchema, present } from './host-calls.ts';
import type { SourceHost } from './source-host.ts';

const objectSchema = z.looseObject({ sha: z.string(), type: z.string() });
const refSchema = z.looseObject({ object: objectSchema });
const releaseSchema = z.looseObject({ html_url: linkSchema });
const commitSchema = z.looseObject({
  sha: z.string(),
  html_url: linkSchema,
  commit: z.looseObject({
    message: z.string(),
    author: z.looseObject({ name: z.string().nullish(), date: z.string().nullish() }).nullish(),
  }),
});

/** Longest description of a status that GitHub takes. */
const DESCRIPTION = 140;
/** An annotated tag may name another tag; nobody nests them deeper. */
const NESTED = 5;
const STATES = { pending: 'pending', success: 'success', failure: 'failure', cancelled: 'error' } as const;
const exists = (status: number, text: string): boolean => status === 422 && /already[_ ]exists/i.test(text);

/** Headers that GitHub's REST API wants. */
export const GITHUB_HEADERS = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };

/** GitHub, by its REST API of 2022-11-28. */
export function githubHost(call: CallHost): SourceHost {
  const repo = (repository: string): string => `/repos/${repository}`;
  const commitOf = async (repository: string, object: z.infer<typeof objectSchema>): Promise<string> => {
    let now = object;
    for (let depth = 0; now.type === 'tag' && depth < NESTED; depth++)
      now = (
        await present(
          call({
            method: 'GET',
            path: `${repo(repository)}/git/tags/${now.sha}`,
            schema: z.looseObject({ object: objectSchema }),
          }),
        )
      ).object;
    return now.sha;
  };
  return {
    async findTag(repository, tag) {
      const path = `${repo(repository)}/git/ref/tags/${encodeURIComponent(tag)}`;
      const found = await call({ method: 'GET', path, schema: refSchema, orNone: true });
      return found && { hash: await commitOf(repository, found.object) };
    },
    async createTag({ repository, hash, tag, message }) {
      const sha =
        message === undefined
          ? hash
          : (
              await present(
                call({
                  method: 'POST',
                  path: `${repo(repository)}/git/tags`,
                  body: { tag, message, object: hash, type: 'commit' },
                  schema: z.looseObject({ sha: z.string() }),
                }),
              )
            ).sha;
      const body = { ref: `refs/tags/${tag}`, sha };
      await call({ method: 'POST', path: `${repo(repository)}/git/refs`, body, schema: refSchema, conflict: exists });
      return { hash };
    },
    async findRelease(repository, tag) {
      const path = `${repo(repository)}/releases/tags/${encodeURIComponent(tag)}`;
      const found = await call({ method: 'GET', path, schema: releaseSchema, orNone: true });
      return found && { url: found.html_url ?? undefined };
    },
    async createRelease({ repository, tag, name, notes, prerelease }) {
      const body = { tag_name: tag, name, body: notes, prerelease };
      const path = `${repo(repository)}/releases`;
      const made = await present(call({ method: 'POST', path, body, schema: releaseSchema, conflict: exists }));
      return { url: made.html_url ?? undefined };
    },
    async setStatus({ repository, hash, state, context, description, url }) {
      await call({
        method: 'POST',
        path: `${repo(repository)}/statuses/${hash}`,
        body: {
          state: STATES[state],
          context,
          ...(description === undefined ? {} : { description: description.slice(0, DESCRIPTION) }),
          ...(url === undefined ? {} : { target_url: url }),
        },
        schema: z.looseObject({ state: z.string() }),
      });
    },
    async compare(repository, from, to) {
      const range = `${encodeURIComponent(from)}...${encodeURIComponent(to)}`;
      const schema = z.looseObject({ html_url: linkSchema, commits: z.array(commitSchema) });
      const found = await present(call({ method: 'GET', path: `${repo(repository)}/compare/${range}`, schema }));
      return found.commits.toReversed().map(({ sha, html_url: link, commit }) => ({
        id: sha,
        displayId: sha.slice(0, 7),
        authorDisplayName: commit.author?.name ?? '',
        ...(commit.author?.date ? { timestamp: Date.parse(commit.author.date) } : {}),
        message: commit.message,
        ...(link ? { commitUrl: link } : {}),
        ...(found.html_url ? { compareUrl: found.html_url } : {}),
      }));
    },
  };
}
