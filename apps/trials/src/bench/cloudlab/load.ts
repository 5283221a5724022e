import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * An open-loop HTTP client in a process of its own: sends GET requests at a fixed rate whether answers come or not, over
 * kept connections or one for each, and tells as a line of JSON when they were answered, `{count, failed, p50, p99, why}`.
 * Times count from the moment a request was due.
 */
const { values } = parseArgs({
  options: {
    /** `host:port`, comma separated; requests go round. */
    to: { type: 'string', default: '' },
    rate: { type: 'string', default: '100' },
    /** Ends after this many seconds, or by SIGTERM. */
    seconds: { type: 'string', default: '5' },
    /** Times of this many first seconds are not told: connections open, programs warm up. */
    warmup: { type: 'string', default: '0' },
    kept: { type: 'boolean', default: false },
  },
});

const PATIENCE_MS = 10_000;
const TICK_MS = 1;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

interface Line {
  readonly host: string;
  readonly port: number;
  /** Connections that are open and free, the one that is free longest first. */
  readonly idle: Socket[];
}

const lines: Line[] = values.to.split(',').map((each) => {
  const [host = '', port = ''] = each.split(':');
  return { host, port: Number(port), idle: [] };
});
const took: number[] = [];
const why: Record<string, number> = {};
let failed = 0;
let open = 0;

function fail(reason: string): void {
  failed++;
  why[reason] = (why[reason] ?? 0) + 1;
}

function ask(line: Line, due: number): void {
  open++;
  const socket = line.idle.shift() ?? connect({ host: line.host, port: line.port, noDelay: true });
  let answer: Buffer = Buffer.alloc(0);
  const end = (reason?: string): void => {
    clearTimeout(timer);
    socket.removeAllListeners();
    socket.on('error', () => undefined);
    open--;
    if (reason !== undefined) fail(reason);
    else if (due >= measured) took.push(performance.now() - due);
  };
  const timer = setTimeout(() => {
    end('no answer in time');
    socket.destroy();
  }, PATIENCE_MS);
  socket.on('error', (cause: Error & { readonly code?: string }) => end(cause.code ?? cause.message));
  socket.on('close', () => end('closed before the answer'));
  socket.on('data', (piece: Buffer) => {
    answer = answer.length === 0 ? piece : Buffer.concat([answer, piece]);
    const head = answer.indexOf(END_OF_HEAD);
    if (head < 0) return;
    const text = answer.toString('latin1', 0, head).toLowerCase();
    const length = Number(/\r\ncontent-length: (\d+)/.exec(text)?.[1] ?? Number.NaN);
    if (answer.length < head + END_OF_HEAD.length + length) return;
    end(text.startsWith('http/1.1 200') ? undefined : text.slice(0, 16));
    if (!values.kept || text.includes('\r\nconnection: close')) {
      socket.destroy();
      return;
    }
    const gone = (): void => {
      const at = line.idle.indexOf(socket);
      if (at >= 0) line.idle.splice(at, 1);
    };
    socket.on('close', gone);
    line.idle.push(socket);
  });
  socket.write(`GET / HTTP/1.1\r\nHost: bench\r\n${values.kept ? '' : 'Connection: close\r\n'}\r\n`);
}

const rate = Number(values.rate);
const began = performance.now();
const measured = began + Number(values.warmup) * 1000;
let sent = 0;
let until = began + Number(values.seconds) * 1000;
process.once('SIGTERM', () => (until = performance.now()));

function tick(): void {
  const now = performance.now();
  for (let due = began + (sent * 1000) / rate; due <= now && due < until; due = began + (sent * 1000) / rate) {
    const line = lines[sent % lines.length];
    sent++;
    if (line !== undefined) ask(line, due);
  }
  if (now < until || open > 0) setTimeout(tick, TICK_MS);
  else finish();
}

function finish(): void {
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  process.stdout.write(`${JSON.stringify({ count: sent, failed, p50: at(0.5), p99: at(0.99), why })}\n`);
  process.exit(0);
}

tick();
