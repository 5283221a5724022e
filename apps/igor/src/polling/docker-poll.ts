import type { DockerEvent } from '@gennaker/contracts/docker-event';
import { ServiceError } from '@gennaker/contracts/error';
import type { Registry } from '../docker/registry.ts';
import type { IgorParts } from '../igor.ts';
import type { Poll } from './poll-loop.ts';

/** Requests to one registry at the same time. */
const AT_ONCE = 4;

interface KnownTag {
  readonly digest: string | null;
}

/**
 * Looks at a registry for tags that are new, and with `trackDigests` for those that were moved. Each is told to echo, once:
 * what echo did not take is told again. The first look at a repository only notes what there is.
 */
export function dockerPoll(igor: IgorParts, registry: Registry): Poll {
  const { account } = registry;
  return {
    name: `docker:${account.name}`,
    everyMs: account.pollSeconds * 1_000,
    async look(_seenAt, signal) {
      const repositories = account.repositories.length > 0 ? account.repositories : await registry.repositories(signal);
      const failures: string[] = [];
      await eachOf(repositories, async (repository) => {
        await lookAtRepository(igor, registry, repository, signal).catch((error: unknown) => {
          // The others are looked at all the same.
          failures.push(error instanceof Error ? error.message : String(error));
        });
      });
      await passOnTags(igor, registry);
      if (failures[0] !== undefined)
        throw new ServiceError(
          502,
          failures.length === 1 ? failures[0] : `${failures[0]}; and ${failures.length - 1} more`,
        );
      return igor.clock.now();
    },
  };
}

async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const open = [...all];
  const worker = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function lookAtRepository(
  igor: IgorParts,
  registry: Registry,
  repository: string,
  signal: AbortSignal,
): Promise<void> {
  const { name, trackDigests } = registry.account;
  const tags = [...new Set(await registry.tags(repository, signal))];
  const { rows } = await igor.db.pool.query<KnownTag & { tag: string }>(
    'select tag, digest from igor.docker_tags where account = $1 and repository = $2',
    [name, repository],
  );
  const known = new Map<string, KnownTag>(rows.map(({ tag, digest }) => [tag, { digest }]));
  const first = !(await wasSeen(igor, name, repository));
  const news: { tag: string; digest: string | null; isNews: boolean }[] = [];
  await eachOf(tags, async (tag) => {
    const before = known.get(tag);
    if (before && !trackDigests) return;
    const wanted = trackDigests || !first;
    const digest = (wanted ? await registry.digest(repository, tag, signal) : undefined) ?? null;
    if (before && (digest === null || digest === before.digest)) return;
    // A digest that was not known before is no move.
    news.push({ tag, digest, isNews: !first && (!before || before.digest !== null) });
  });
  await igor.db.pool.query(
    `insert into igor.docker_tags as t (account, repository, tag, digest, passed_on)
     select $1, $2, tag, digest, passed_on from unnest($3::text[], $4::text[], $5::boolean[]) as n(tag, digest, passed_on)
     on conflict (account, repository, tag) do update set digest = excluded.digest,
       passed_on = t.passed_on and excluded.passed_on
       where t.digest is distinct from excluded.digest`,
    [
      name,
      repository,
      // The empty tag, which no registry has, stands for the repository itself: it was looked at.
      ['', ...news.map(({ tag }) => tag)],
      [null, ...news.map(({ digest }) => digest)],
      [true, ...news.map(({ isNews }) => !isNews)],
    ],
  );
}

async function wasSeen(igor: IgorParts, account: string, repository: string): Promise<boolean> {
  const { rowCount } = await igor.db.pool.query(
    `select 1 from igor.docker_tags where account = $1 and repository = $2 and tag = ''`,
    [account, repository],
  );
  return (rowCount ?? 0) > 0;
}

/** Tells echo of the tags that it does not know of yet. */
async function passOnTags(igor: IgorParts, registry: Registry): Promise<void> {
  const { name } = registry.account;
  const { rows } = await igor.db.pool.query<{ repository: string; tag: string; digest: string | null }>(
    'select repository, tag, digest from igor.docker_tags where account = $1 and not passed_on order by repository, tag',
    [name],
  );
  for (const { repository, tag, digest } of rows) {
    const key = `docker:${name}:${repository}:${tag}${digest === null ? '' : `@${digest}`}`;
    const content: DockerEvent = {
      account: name,
      registry: registry.host,
      repository,
      tag,
      ...(digest === null ? {} : { digest }),
    };
    await igor.echo.post(
      {
        body: {
          key,
          type: 'docker',
          source: name,
          content,
        },
      },
      { key },
    );
    await igor.db.pool.query(
      `update igor.docker_tags set passed_on = true
       where account = $1 and repository = $2 and tag = $3 and digest is not distinct from $4`,
      [name, repository, tag, digest],
    );
  }
}
