import { quantile } from '../../closed-loop.ts';
import { LoadConnection } from './load-connection.ts';
import type { Ending } from './load-connection.ts';
import { loadOrder } from './load-order.ts';
import type { LoadResult } from './load-order.ts';

/**
 * An open-loop HTTP client in a process of its own: sends GET requests at a fixed rate whether answers come or not, and
 * tells as a line of JSON when they were answered. Times count from the moment a request was due. Takes its order as JSON.
 */
const order = loadOrder.parse(JSON.parse(process.argv[2] ?? '{}'));

const PATIENCE_MS = 10_000;
const TICK_MS = 1;

/** One of the addresses: every n-th request goes there. */
interface Line {
  readonly host: string;
  readonly port: number;
  readonly open: Set<LoadConnection>;
  /** Connections that are open and free, the one that is free longest first. */
  readonly free: LoadConnection[];
  /** Number of the next request. */
  next: number;
}

const lines: Line[] = order.to.map((each, index) => {
  const [host = '', port = ''] = each.split(':');
  return { host, port: Number(port), open: new Set(), free: [], next: index };
});
const most = Math.ceil(order.connections / lines.length);
const took: number[] = [];
const why: Record<string, number> = {};
const answers: Record<string, number> = {};
let failed = 0;

const began = performance.now();
const measured = began + order.warmUpSeconds * 1000;
let total = Math.round(order.rate * order.seconds);
/** Requests whose time has come. */
let due = 0;

/** A free connection, or a new one; undefined when there are enough. */
function connection(line: Line): LoadConnection | undefined {
  const free = line.free.shift();
  if (free !== undefined || line.open.size >= most) return free;
  const made = new LoadConnection(line.host, line.port, (left) => {
    line.open.delete(left);
    const at = line.free.indexOf(left);
    if (at >= 0) line.free.splice(at, 1);
  });
  line.open.add(made);
  return made;
}

/** Sends what is due, as far as there are connections. */
function send(line: Line): void {
  while (line.next < due) {
    const free = connection(line);
    if (free === undefined) return;
    const at = began + (line.next * 1000) / order.rate;
    const path = order.paths[Math.floor(line.next / lines.length) % order.paths.length] ?? '/';
    line.next += lines.length;
    free.ask(path, !order.kept, performance.now(), (ending) => {
      account(path, at, ending);
      if (free.usable) line.free.push(free);
      send(line);
    });
  }
}

function account(path: string, at: number, ending: Ending): void {
  if ('failure' in ending) {
    failed++;
    why[ending.failure] = (why[ending.failure] ?? 0) + 1;
    return;
  }
  const key = `${path} ${ending.text}`;
  answers[key] = (answers[key] ?? 0) + 1;
  if (at >= measured) took.push(performance.now() - at);
}

function tick(): void {
  const now = performance.now();
  due = Math.min(total, Math.floor(((now - began) * order.rate) / 1000) + 1);
  for (const line of lines) send(line);
  const waiting = lines.some((line) => line.next < total || line.open.size > line.free.length);
  if (waiting) setTimeout(tick, TICK_MS);
  else finish();
}

/** A timer for each request would cost more than the request. */
const watching = setInterval(() => {
  const now = performance.now();
  for (const { open } of lines) {
    for (const each of open) if (each.busy && now - each.sentAt > PATIENCE_MS) each.break('no answer in time');
  }
}, 500);

function finish(): void {
  clearInterval(watching);
  const result: LoadResult = {
    count: total,
    failed,
    p50: took.length === 0 ? 0 : quantile(took, 0.5),
    p99: took.length === 0 ? 0 : quantile(took, 0.99),
    why,
    answers,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

process.once('SIGTERM', () => (total = due));
// Whoever started it is gone when its input ends: it must not disturb whatever is measured next.
process.stdin.on('end', () => process.exit(0)).resume();

tick();
