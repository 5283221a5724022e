import { Agent, request } from 'node:http';
import { setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { RequestRecord } from './traffic-record.ts';

/**
 * Traffic client: sends requests at a steady rate and reports each as a line of JSON on standard output. It never sends a
 * request again. SIGTERM ends it once every request has ended.
 *
 *   node traffic.ts --url URL --rate N [--versions 1.0.0,1.1.0] [--keep-alive CONNECTIONS]
 *
 * Without --versions every version is right.
 */
const LATE_MS = 1_000;
const GIVE_UP_MS = 30_000;
const TICK_MS = 5;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    rate: { type: 'string', default: '250' },
    versions: { type: 'string' },
    'keep-alive': { type: 'string', default: '0' },
  },
});
const settings = z
  .object({
    url: z.url(),
    rate: z.coerce.number().min(1).max(5_000),
    versions: z
      .string()
      .transform((text) => text.split(',').filter(Boolean))
      .optional(),
    'keep-alive': z.coerce.number().int().min(0),
  })
  .parse(values);
const keepAlive = settings['keep-alive'] > 0;
const agent = keepAlive
  ? new Agent({ keepAlive: true, maxSockets: settings['keep-alive'], scheduling: 'fifo' })
  : new Agent({ keepAlive: false });

preferMe();

/** Connections that carried a request before. */
const known = new WeakSet<object>();
let open = 0;
let sent = 0;
let stopping = false;
const started = performance.now();
const epoch = Date.now();

process.on('SIGTERM', () => {
  stopping = true;
});
const timer = setInterval(() => {
  if (stopping) {
    if (open > 0) return;
    clearInterval(timer);
    agent.destroy();
    return;
  }
  const due = Math.floor(((performance.now() - started) * settings.rate) / 1000);
  for (; sent < due; sent++) send();
}, TICK_MS);

/** Asks for the processor ahead of others, where that is allowed: a client that waits for it would blame the servers. */
function preferMe(): void {
  try {
    setPriority(-10);
  } catch {
    // Only root may; the measurement is then as good as the machine is idle.
  }
}

function send(): void {
  open++;
  // A clock that only goes forward, so that a time correction makes no request late.
  const now = () => epoch + performance.now() - started;
  let sentAt = now();
  let done = false;
  let opened = false;
  const settle = (answer: Omit<RequestRecord, 'sentAt' | 'endedAt' | 'opened'>) => {
    if (done) return;
    done = true;
    open--;
    clearTimeout(giveUp);
    const endedAt = now();
    const late: Partial<RequestRecord> = endedAt - sentAt > LATE_MS && !answer.failure ? { failure: 'late' } : {};
    process.stdout.write(`${JSON.stringify({ sentAt, endedAt, opened, ...answer, ...late })}\n`);
  };
  const client = request(settings.url, { agent }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      body += chunk;
    });
    response.once('end', () =>
      settle(judge(response.statusCode ?? 0, String(response.headers['x-version'] ?? ''), body)),
    );
    response.once('error', (error) => settle(failureOf(error)));
  });
  let giveUp: NodeJS.Timeout | undefined;
  client.once('socket', (socket) => {
    // A request that waits for one of the kept connections is sent when it gets it.
    sentAt = now();
    giveUp = setTimeout(() => {
      settle({ failure: 'late', detail: `no answer within ${GIVE_UP_MS} ms` });
      client.destroy();
    }, GIVE_UP_MS);
    opened = !known.has(socket);
    known.add(socket);
  });
  client.once('error', (error) => settle(failureOf(error)));
  client.end();
}

function judge(status: number, version: string, body: string): Omit<RequestRecord, 'sentAt' | 'endedAt' | 'opened'> {
  if (status !== 200) return { failure: 'wrong-status', detail: String(status), ...(version ? { version } : {}) };
  const right = (settings.versions?.includes(version) ?? true) && body.startsWith(`Hello from version ${version} on `);
  return right ? { version } : { failure: 'wrong-body', detail: `${version}: ${body.slice(0, 80)}` };
}

function failureOf(error: NodeJS.ErrnoException): Omit<RequestRecord, 'sentAt' | 'endedAt' | 'opened'> {
  const detail = `${error.code ?? ''} ${error.message}`.trim();
  if (error.code === 'ECONNREFUSED') return { failure: 'refused', detail };
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return { failure: 'reset', detail };
  return { failure: 'other', detail };
}
