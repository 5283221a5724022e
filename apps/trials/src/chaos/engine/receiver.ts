import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';

const payloadSchema = z.object({
  tag: z.string(),
  answer: z.number(),
  /** The answer under any later key, where it is another one. */
  again: z.number().optional(),
  bytes: z.number().default(0),
});

/** A server outside of the product: the effects that reached it, by what they are for and by idempotency key. */
export interface Receiver {
  readonly port: number;
  readonly url: string;
  /** Keys under which an effect arrived, by tag. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
  /** All calls, repeats under the same key included. */
  calls(): number;
  close(): void;
}

/** Slowest answer, ms. */
const SLOWEST_MS = 700;

/** Answers what the payload asks for after a time that the tag decides; a repeat of a key is answered as the first was. */
export async function startReceiver(): Promise<Receiver> {
  const keys = new Map<string, Set<string>>();
  let calls = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { tag, answer, again = answer, bytes } = payloadSchema.parse(JSON.parse(Buffer.concat(parts).toString()));
      calls++;
      const known = keys.get(tag) ?? new Set();
      keys.set(tag, known.add(String(request.headers['idempotency-key'])));
      const [first] = known;
      const status = first === request.headers['idempotency-key'] ? answer : again;
      const body = JSON.stringify({ taken: true, ...(bytes > 0 ? { more: 'm'.repeat(bytes) } : {}) });
      setTimeout(() => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      }, slownessOf(tag));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave the receiver no port.');
  const url = `http://127.0.0.1:${address.port}/effect`;
  return {
    port: address.port,
    url,
    keys,
    calls: () => calls,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function slownessOf(tag: string): number {
  let hash = 0;
  for (const letter of tag) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  return hash % SLOWEST_MS;
}
