import type { TrafficRecord } from '@gennaker/extension-sdk/cloud';
import type { Queryable } from '@gennaker/store/database';
import { z } from 'zod';

/** A server group's identity. */
export interface GroupKey {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

const rowSchema = z.object({
  load_balancers: z.array(z.string()),
  enabled: z.boolean(),
  policy: z.record(z.string(), z.unknown()).nullable(),
  draining_until: z.date().nullable(),
  backends: z.record(z.string(), z.array(z.string())).nullable(),
  percentage: z.number().int().nullable(),
  autoscaling_mode: z.string().nullable(),
});

const recordOf = (row: z.output<typeof rowSchema>): TrafficRecord => ({
  loadBalancers: row.load_balancers,
  enabled: row.enabled,
  ...(row.policy ? { policy: row.policy } : {}),
  ...(row.draining_until ? { drainingUntil: row.draining_until.getTime() } : {}),
  ...(row.backends ? { backends: row.backends } : {}),
  ...(row.percentage === null ? {} : { percentage: row.percentage }),
  ...(row.autoscaling_mode === null ? {} : { autoscalingMode: row.autoscaling_mode }),
});

/** The traffic that was asked for of a server group; null when nobody ever did. */
export async function readTraffic(client: Queryable, key: GroupKey): Promise<TrafficRecord | null> {
  const { rows } = await client.query(
    `select load_balancers, enabled, policy, draining_until, backends, percentage, autoscaling_mode
     from clouddriver.traffic where account = $1 and region = $2 and name = $3`,
    [key.account, key.region, key.name],
  );
  return rows[0] ? recordOf(rowSchema.parse(rows[0])) : null;
}

/** The traffic that was asked for of all server groups of an account, by `region/name`. */
export async function readAccountTraffic(
  client: Queryable,
  account: string,
): Promise<ReadonlyMap<string, TrafficRecord>> {
  const { rows } = await client.query({
    name: 'traffic-of-account',
    text: `select region, name, load_balancers, enabled, policy, draining_until, backends, percentage, autoscaling_mode
      from clouddriver.traffic where account = $1`,
    values: [account],
  });
  const named = rowSchema.extend({ region: z.string(), name: z.string() });
  return new Map(
    rows.map((row) => {
      const parsed = named.parse(row);
      return [`${parsed.region}/${parsed.name}`, recordOf(parsed)];
    }),
  );
}

/** Records the traffic that is asked for; null forgets it. */
export async function writeTraffic(client: Queryable, key: GroupKey, record: TrafficRecord | null): Promise<void> {
  if (!record) {
    await client.query('delete from clouddriver.traffic where account = $1 and region = $2 and name = $3', [
      key.account,
      key.region,
      key.name,
    ]);
    return;
  }
  await client.query(
    `insert into clouddriver.traffic(account, region, name, load_balancers, enabled, policy, draining_until, backends, percentage,
       autoscaling_mode)
     values ($1, $2, $3, $4::jsonb, $5, $6::jsonb, to_timestamp($7::double precision / 1000), $8::jsonb, $9, $10)
     on conflict (account, region, name) do update set load_balancers = excluded.load_balancers,
       enabled = excluded.enabled, policy = excluded.policy, draining_until = excluded.draining_until,
       backends = excluded.backends, percentage = excluded.percentage, autoscaling_mode = excluded.autoscaling_mode`,
    [
      key.account,
      key.region,
      key.name,
      JSON.stringify(record.loadBalancers),
      record.enabled,
      record.policy ? JSON.stringify(record.policy) : null,
      record.drainingUntil ?? null,
      record.backends ? JSON.stringify(record.backends) : null,
      record.percentage ?? null,
      record.autoscalingMode ?? null,
    ],
  );
}
