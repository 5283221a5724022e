import { Redis } from 'ioredis';

/** Where a connection reports its trouble; one line when it is lost, one when it is back. */
export interface RedisLog {
  warn(message: string): void;
  info(message: string): void;
}

const standardLog: RedisLog = {
  warn: (message) => process.stderr.write(`${message}\n`),
  info: (message) => process.stderr.write(`${message}\n`),
};

/**
 * Opens a connection to a `redis://` URL that reconnects for ever (up to 2 s between attempts), with
 * `maxRetriesPerRequest: null` as BullMQ wants it: commands wait while Redis is away.
 * A loss is logged once, not at every attempt.
 */
export function openRedis(url: string, log: RedisLog = standardLog): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    retryStrategy: (attempt) => Math.min(50 * attempt, 2_000),
  });
  const where = `${redis.options.host ?? 'localhost'}:${redis.options.port ?? 6379}`;
  let lost = false;
  redis.on('error', (error: Error) => {
    if (lost) return;
    lost = true;
    log.warn(`Redis at ${where} cannot be reached (${error.message}); trying again until it answers.`);
  });
  redis.on('ready', () => {
    if (lost) log.info(`Redis at ${where} answers again.`);
    lost = false;
  });
  return redis;
}
