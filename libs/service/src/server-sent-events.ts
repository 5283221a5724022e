import type { ServerResponse } from 'node:http';
import type { StreamEvent } from '@gennaker/contracts/route';

const HEARTBEAT_MS = 15_000;

/** Writes events as a server-sent stream (WHATWG HTML 9.2) until they end, the client leaves or `signal` aborts. */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterable<StreamEvent>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(': open\n\n');
  const beat = setInterval(() => response.write(': beat\n\n'), HEARTBEAT_MS);
  const iterator = events[Symbol.asyncIterator]();
  let stop: (() => void) | undefined;
  const aborted = (): void => stop?.();
  signal.addEventListener('abort', aborted, { once: true });
  const next = (): Promise<IteratorResult<StreamEvent> | undefined> =>
    new Promise((resolve, reject) => {
      stop = () => resolve(undefined);
      iterator.next().then(resolve, reject);
    });
  let corked: NodeJS.Immediate | undefined;
  const release = (): void => {
    if (!corked) return;
    clearImmediate(corked);
    corked = undefined;
    response.uncork();
  };
  const write = (text: string): void => {
    // Events that come together leave in one piece.
    if (!corked) {
      response.cork();
      corked = setImmediate(release);
    }
    response.write(text);
  };
  try {
    while (!signal.aborted) {
      const event = await next();
      if (!event || event.done) break;
      write(frame(event.value));
    }
  } finally {
    signal.removeEventListener('abort', aborted);
    clearInterval(beat);
    void iterator.return?.().catch(() => undefined);
    release();
    response.end();
  }
}

function frame(event: StreamEvent): string {
  const head = `${event.id === undefined ? '' : `id: ${event.id}\n`}${event.event === undefined ? '' : `event: ${event.event}\n`}`;
  return `${head}data: ${JSON.stringify(event.data)}\n\n`;
}
