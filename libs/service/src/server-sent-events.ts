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
  const aborted = new Promise<'aborted'>((resolve) => {
    if (signal.aborted) resolve('aborted');
    else signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === 'aborted' || next.done) break;
      response.write(frame(next.value));
    }
  } finally {
    clearInterval(beat);
    void iterator.return?.().catch(() => undefined);
    response.end();
  }
}

function frame(event: StreamEvent): string {
  const head = `${event.id === undefined ? '' : `id: ${event.id}\n`}${event.event === undefined ? '' : `event: ${event.event}\n`}`;
  return `${head}data: ${JSON.stringify(event.data)}\n\n`;
}
