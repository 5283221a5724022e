import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** About so much is sent at a time, characters. */
const PIECE = 32 * 1_024;
/** Who takes nothing for so long is left, ms: what is read for them is held open. */
const PATIENCE_MS = 60_000;

/**
 * The JSON of a list that comes item by item, or of an object with such lists, in pieces. Between two pieces nothing more
 * than an item and a piece is held.
 */
export async function* jsonPieces(value: unknown): AsyncGenerator<string> {
  let text = '';
  for await (const part of parts(value)) {
    text += part;
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

async function* parts(value: unknown): AsyncGenerator<string> {
  if (isAsync(value)) {
    let separator = '[';
    for await (const item of value) {
      yield `${separator}${JSON.stringify(item)}`;
      separator = ',';
    }
    yield separator === '[' ? '[]' : ']';
    return;
  }
  if (value === null || typeof value !== 'object' || !Object.values(value).some(isAsync)) {
    yield JSON.stringify(value);
    return;
  }
  let separator = '{';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    yield `${separator}${JSON.stringify(key)}:`;
    yield* parts(item);
    separator = ',';
  }
  yield '}';
}

/**
 * Sends JSON as it comes: a value of `jsonPieces`, or the bytes of another service. What fails before the first piece is
 * thrown, and answered as any error; later the connection ends, so that nobody takes a part for the whole.
 */
export async function sendStream(reply: FastifyReply, value: unknown): Promise<void> {
  reply.header('content-type', 'application/json; charset=utf-8');
  reply.raw.setTimeout(PATIENCE_MS, () => reply.raw.destroy());
  if (value instanceof ReadableStream) return void (await reply.send(Readable.fromWeb(value)));
  const pieces = jsonPieces(value);
  const first = await pieces.next();
  await reply.send(Readable.from(resumed(first, pieces), { objectMode: false }));
}

/** Sends bytes of any kind as they come; no browser takes them for a page. */
export async function sendBytes(reply: FastifyReply, bytes: ReadableStream): Promise<void> {
  reply.header('content-type', 'application/octet-stream').header('x-content-type-options', 'nosniff');
  reply.raw.setTimeout(PATIENCE_MS, () => reply.raw.destroy());
  await reply.send(Readable.fromWeb(bytes));
}

async function* resumed(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<Buffer> {
  try {
    if (first.done !== true) yield Buffer.from(first.value);
    for await (const piece of rest) yield Buffer.from(piece);
  } finally {
    await rest.return(undefined);
  }
}

function isAsync(value: unknown): value is AsyncIterable<unknown> {
  return value !== null && typeof value === 'object' && Symbol.asyncIterator in value;
}
