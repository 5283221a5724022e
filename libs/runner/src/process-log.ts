import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Most bytes that one read answers. */
const READ_BYTES = 256 * 1024;
const FOLLOW_MS = 150;

/** A piece of a log. Offsets are bytes of the file. */
export interface LogPiece {
  readonly text: string;
  readonly nextOffset: number;
}

/** Reads a log from a byte offset on, at most 256 KiB, never splitting a character. A log that is not there yet is empty. */
export async function readLog(path: string, offset: number): Promise<LogPiece> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { text: '', nextOffset: offset };
    throw error;
  }
  try {
    const buffer = Buffer.alloc(READ_BYTES);
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, Math.max(0, offset));
    const end = wholeCharacters(buffer, bytesRead);
    return { text: buffer.toString('utf8', 0, end), nextOffset: Math.max(0, offset) + end };
  } finally {
    await file.close();
  }
}

/**
 * Follows a log: yields what is there from `offset` on, then what is added, until `complete` says that nothing more will
 * come and all of it was yielded, or `signal` aborts.
 */
export async function* followLog(
  path: string,
  offset: number,
  complete: () => Promise<boolean>,
  signal: AbortSignal,
): AsyncGenerator<LogPiece> {
  let next = offset;
  while (!signal.aborted) {
    // Asked before the read: what was written before the end is then certainly seen.
    const done = await complete();
    let piece = await readLog(path, next);
    while (piece.text) {
      next = piece.nextOffset;
      yield piece;
      piece = await readLog(path, next);
    }
    if (done) return;
    await delay(FOLLOW_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** How many of `length` bytes end on a whole UTF-8 character. */
function wholeCharacters(buffer: Buffer, length: number): number {
  let start = length - 1;
  while (start > length - 4 && start > 0 && ((buffer[start] ?? 0) & 0xc0) === 0x80) start--;
  const lead = buffer[start] ?? 0;
  const size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start >= 0 && start + size > length ? start : length;
}
