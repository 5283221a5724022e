import { z } from 'zod';

/** How long tasks that wait for something outside leave between two looks at it. */
export interface TaskBackoffs {
  /** Least time for a stage of a provider and an account, ms: the longest of the global, the provider's and the account's. */
  atLeast(provider: string | undefined, account: string | undefined): number;
  /** Longest time that any backoff makes a task wait, ms; absent: the engine's own limit. */
  readonly max?: number;
}

const period = z.number().int().min(0);
const accountSchema = z.strictObject({ backOffPeriod: period });
const providerSchema = z.object({ backOffPeriod: period.optional() }).catchall(accountSchema);
const globalSchema = z.strictObject({ backOffPeriod: period.optional(), maxBackOffPeriod: period.optional() });

/** `tasks` of gennaker.yml: `global`, and providers by name, each with its accounts by name; all periods in ms. */
export const taskBackoffsSchema = z
  .object({ global: globalSchema.optional() })
  .catchall(providerSchema)
  .transform(({ global, ...providers }): TaskBackoffs => {
    const periods = new Map<string, number>();
    for (const [provider, settings] of Object.entries(providers as Record<string, z.infer<typeof providerSchema>>))
      for (const [key, value] of Object.entries<number | z.infer<typeof accountSchema> | undefined>(settings)) {
        if (typeof value === 'number') periods.set(JSON.stringify([provider]), value);
        else if (value) periods.set(JSON.stringify([provider, key]), value.backOffPeriod);
      }
    return {
      atLeast: (provider, account) =>
        Math.max(
          global?.backOffPeriod ?? 0,
          periods.get(JSON.stringify([provider])) ?? 0,
          periods.get(JSON.stringify([provider, account])) ?? 0,
        ),
      ...(global?.maxBackOffPeriod === undefined ? {} : { max: global.maxBackOffPeriod }),
    };
  });
