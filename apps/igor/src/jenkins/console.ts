import type { ConsolePiece } from '@gennaker/contracts/igor';
import { buildUrl } from './jenkins-api.ts';
import type { JenkinsConnection } from './jenkins-connection.ts';

/** Bytes of one piece; a log may have gigabytes. */
const PIECE_BYTES = 512 * 1024;

/**
 * What a build has written from `offset` (bytes) on, at most one piece; with `tail`, the last so many bytes instead.
 * @throws ServiceError 404, or as the connection says when the master does not answer
 */
export async function fetchConsole(
  master: JenkinsConnection,
  build: { readonly job: string; readonly number: number },
  from: { readonly offset?: number | undefined; readonly tail?: number | undefined },
  signal?: AbortSignal,
): Promise<ConsolePiece> {
  const url = `${buildUrl(master, build.job, build.number)}logText/progressiveText`;
  let offset = from.offset ?? 0;
  if (from.tail !== undefined) {
    // The first answer is only asked how long the log is.
    const first = await master.open(`${url}?start=0`, signal);
    await first.body?.cancel();
    offset = Math.max(0, sizeOf(first, 0) - from.tail);
  }
  const response = await master.open(`${url}?start=${offset}`, signal);
  const size = sizeOf(response, offset);
  const grows = response.headers.get('x-more-data') === 'true';
  // Jenkins answers from the start when the log is shorter than that.
  if (size < offset) {
    await response.body?.cancel();
    return { text: '', nextOffset: size, complete: !grows };
  }
  const { bytes, whole } = await firstBytes(response, PIECE_BYTES);
  const ended = whole && !grows;
  // A character may be written in two goes.
  const kept = ended ? bytes : bytes.subarray(0, wholeCharacters(bytes));
  const text = new TextDecoder().decode(kept);
  // Jenkins takes hidden notes out of the text: where the piece is whole, its own count says where to go on.
  const nextOffset = whole ? size - (bytes.length - kept.length) : offset + kept.length;
  return { text, nextOffset, complete: ended };
}

function sizeOf(response: Response, otherwise: number): number {
  const size = Number(response.headers.get('x-text-size') ?? otherwise);
  return Number.isSafeInteger(size) && size >= 0 ? size : otherwise;
}

async function firstBytes(response: Response, most: number): Promise<{ bytes: Uint8Array; whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > most) return { bytes: Buffer.concat(chunks).subarray(0, most), whole: false };
  }
  return { bytes: Buffer.concat(chunks), whole: true };
}

/** How many of these bytes of UTF-8 end with a whole character. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
