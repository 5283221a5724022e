import { previousServerGroup } from '@gennaker/extension-sdk/rollback';
import type { Queryable } from '@gennaker/store/database';
import { z } from 'zod';
import type { GroupPlace } from '../holds/records.ts';
import { readServerGroups } from '../inventory/read.ts';
import type { Accepted } from '../operations/submit.ts';

const madeSchema = z.array(z.looseObject({ serverGroupNameByRegion: z.record(z.string(), z.string()).optional() }));

/** What a server group replaced: known from its creation on. */
export interface Predecessor {
  readonly name: string;
  readonly image?: string;
}

/** Records which server group of its cluster a new one replaces: the newest enabled one that is older. */
export async function recordPredecessor(client: Queryable, entry: Accepted, result: unknown): Promise<void> {
  const made = madeSchema.safeParse(result).data?.flatMap((one) => Object.entries(one.serverGroupNameByRegion ?? {}));
  if (!made?.length || !entry.cluster) return;
  const { account, cluster } = entry;
  for (const [region, name] of made) {
    const groups = await readServerGroups(client, { account, region, cluster: cluster.cluster });
    const previous = previousServerGroup(groups, name);
    if (!previous) continue;
    await client.query(
      `insert into clouddriver.predecessors(account, region, name, previous_name, previous_image)
       values ($1, $2, $3, $4, $5) on conflict (account, region, name)
       do update set previous_name = excluded.previous_name, previous_image = excluded.previous_image`,
      [account, region, name, previous.name, previous.image ?? null],
    );
  }
}

/** A server group is gone, and what it replaced is of no interest. */
export async function forgetPredecessor(client: Queryable, at: GroupPlace): Promise<void> {
  await client.query('delete from clouddriver.predecessors where account = $1 and region = $2 and name = $3', [
    at.account,
    at.region,
    at.serverGroup,
  ]);
}

const rowSchema = z.object({
  region: z.string(),
  name: z.string(),
  previous_name: z.string(),
  previous_image: z.string().nullable(),
});

/** What the server groups of an account replaced, by `region/name`. */
export async function readPredecessors(
  client: Queryable,
  account: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Predecessor>> {
  const { rows } = await client.query(
    'select region, name, previous_name, previous_image from clouddriver.predecessors where account = $1 and name = any($2)',
    [account, names],
  );
  return new Map(
    rows.map((raw) => {
      const row = rowSchema.parse(raw);
      return [
        `${row.region}/${row.name}`,
        { name: row.previous_name, ...(row.previous_image === null ? {} : { image: row.previous_image }) },
      ];
    }),
  );
}
