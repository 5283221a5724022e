import type { StreamEvent } from '@gennaker/contracts/route';
import type { Logger } from 'pino';
import pg from 'pg';
import { KINDS } from './item.ts';
import { CHANNEL } from './store.ts';
import { z } from 'zod';

const changeSchema = z.object({
  kind: z.enum([...KINDS, 'account']),
  account: z.string(),
  region: z.string(),
  name: z.string(),
  application: z.string().nullable(),
  change: z.enum(['updated', 'removed', 'stale']),
});
type Change = z.infer<typeof changeSchema>;

/** A reader that lags this many changes behind is told to read everything again. */
const BACKLOG = 1_000;
const RECONNECT_MS = 1_000;

/** Changes of the inventory, whichever process made them. */
export interface Changes {
  /** Yields changes (of one application, and of what belongs to none) until the signal aborts. An event `reset` means: read again, some may have been missed. */
  stream(application: string | undefined, signal: AbortSignal): AsyncIterable<StreamEvent>;
  close(): Promise<void>;
}

/**
 * Listens to PostgreSQL on a connection of its own, and reconnects for ever. `others`: what is done with the notices of
 * further channels; after a reconnect, which may have missed some, each gets an empty one.
 */
export function listenToChanges(
  databaseUrl: string,
  log: Logger,
  others: Readonly<Record<string, (payload: string) => void>> = {},
): Changes {
  const readers = new Set<(change: Change | 'reset') => void>();
  let client: pg.Client | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'clouddriver-changes',
      keepAlive: true,
    });
    const again = () => {
      if (closed || client !== next) return;
      client = undefined;
      timer = setTimeout(() => void start(), RECONNECT_MS);
      timer.unref();
    };
    next.on('error', again);
    next.on('end', again);
    next.on('notification', (message) => {
      const other = others[message.channel];
      if (other) return other(message.payload ?? '');
      const parsed = changeSchema.safeParse(JSON.parse(message.payload ?? 'null'));
      if (parsed.success) for (const reader of readers) reader(parsed.data);
    });
    client = next;
    await next.connect();
    for (const channel of [CHANNEL, ...Object.keys(others)]) await next.query(`listen ${channel}`);
    for (const reader of readers) reader('reset');
    for (const hear of Object.values(others)) hear('');
  };
  const start = (): Promise<void> =>
    connect().catch((error: unknown) => {
      if (closed) return;
      log.warn({ err: error }, 'changes of the inventory cannot be heard; trying again');
      client = undefined;
      timer = setTimeout(() => void start(), RECONNECT_MS);
      timer.unref();
    });
  void start();

  return {
    async *stream(application, signal) {
      const queue: (Change | 'reset')[] = [];
      let wake = () => {};
      const reader = (change: Change | 'reset') => {
        if (change !== 'reset' && application && change.application && change.application !== application) return;
        if (queue.length >= BACKLOG) queue.splice(0, queue.length, 'reset');
        else queue.push(change);
        wake();
      };
      readers.add(reader);
      const abort = () => wake();
      signal.addEventListener('abort', abort);
      try {
        while (!signal.aborted) {
          const change = queue.shift();
          if (change === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve;
              if (signal.aborted || queue.length > 0) resolve();
            });
            continue;
          }
          yield change === 'reset' ? { event: 'reset', data: {} } : { event: change.kind, data: change };
        }
      } finally {
        readers.delete(reader);
        signal.removeEventListener('abort', abort);
      }
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const open = client;
      client = undefined;
      await open?.end().catch(() => {});
    },
  };
}
