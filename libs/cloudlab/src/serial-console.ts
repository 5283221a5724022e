import { open, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import type { ConsoleOutput } from './runtime.ts';

/** As much as is kept of what an instance wrote; the real API keeps as much. */
const KEPT = 1 << 20;
/** Size at which the older part is thrown away. */
const LIMIT = 4 << 20;
const CHUNK = 1 << 20;

/**
 * The serial console of one instance: a file that its processes append to, and one beside it with the end of what was
 * cut off. Places are counted from the first byte ever written, so that a reader who follows it sees nothing twice.
 */
export class SerialConsole {
  readonly file: string;
  readonly #older: string;
  readonly #ledger: string;
  /** Reading and cutting take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param file the file that the instance appends to */
  constructor(file: string) {
    this.file = file;
    this.#older = `${file}.older`;
    this.#ledger = `${file}.cut`;
  }

  /** Output from `start` on, at most a megabyte; where that is cut off already, from the first byte that is left. */
  read(start: number): Promise<ConsoleOutput> {
    return this.#inTurn(() => this.#read(start));
  }

  /** Keeps it bounded: what is older than the last megabyte goes once there are four. */
  trim(): Promise<void> {
    return this.#inTurn(() => this.#trim());
  }

  /** The last `length` bytes of it. */
  async tail(length: number): Promise<string> {
    const size = await sizeOf(this.file);
    return (await piece(this.file, Math.max(0, size - length))).toString('utf8');
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(run);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #read(start: number): Promise<ConsoleOutput> {
    const cut = await this.#cut();
    const older = await sizeOf(this.#older);
    const size = await sizeOf(this.file);
    const from = Math.min(Math.max(start, cut - older), cut + size);
    const contents = from < cut ? await piece(this.#older, older - (cut - from)) : await piece(this.file, from - cut);
    return { contents: contents.toString('utf8'), start: from, next: from + contents.length };
  }

  async #trim(): Promise<void> {
    const size = await sizeOf(this.file);
    if (size <= LIMIT) return;
    const cut = await this.#cut();
    const next = `${this.#older}.next`;
    await writeFile(next, await piece(this.file, size - KEPT, KEPT));
    // The instance writes on at the end of the file as it is then; what it wrote since the look above is lost.
    await truncate(this.file, 0);
    await rename(next, this.#older);
    await writeFile(this.#ledger, String(cut + size));
  }

  /** How many bytes were cut off the file until now. */
  async #cut(): Promise<number> {
    const text = await readFile(this.#ledger, 'utf8').catch(() => '0');
    return Number(text) || 0;
  }
}

async function piece(file: string, from: number, most = CHUNK): Promise<Buffer> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const buffer = Buffer.alloc(most);
    const { bytesRead } = await handle.read(buffer, 0, most, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
