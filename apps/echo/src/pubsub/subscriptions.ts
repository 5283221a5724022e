import type { ServiceConfig } from '@gennaker/service/config';
import { readSecret } from '@gennaker/service/secret';
import type { Subscription } from '@gennaker/service/trigger-settings';
import { openRedis } from '@gennaker/store/redis';
import type { Redis } from 'ioredis';
import type { Echo } from '../echo.ts';
import { subscribe } from './subscribe.ts';

type Config = Pick<ServiceConfig, 'file' | 'redisUrl' | 'instance' | 'credentialsFolder' | 'variable'>;

/** Reads every subscription that gennaker.yml names. The answer stops reading. */
export function startSubscriptions(
  echo: Echo,
  config: Config,
  log: { warn(message: string): void; info(message: string): void },
): { close(): Promise<void> } {
  const open = config.file.pubsub.redis.subscriptions.map((subscription) =>
    subscribe(echo, subscription, {
      consumer: config.instance,
      connect: () => connectionOf(subscription, config, log),
    }),
  );
  return {
    async close() {
      await Promise.all(open.map((one) => one.close()));
    },
  };
}

async function connectionOf(
  { name, url, password }: Subscription,
  config: Config,
  log: Parameters<typeof openRedis>[1],
): Promise<Redis> {
  if (url === undefined) return openRedis(config.redisUrl, log);
  const address = new URL(url);
  if (password !== undefined) {
    const sources = { folder: config.credentialsFolder, variable: config.variable };
    const secret = await readSecret(sources, password, `The subscription ${name}`, 'echo');
    address.password = encodeURIComponent(secret.replace(/\r?\n$/, ''));
  }
  return openRedis(address.href, log);
}
