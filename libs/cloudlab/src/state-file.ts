import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CloudState, StatePersistence } from './store.ts';
import { stateSchema } from './store.ts';

const GATHER_MS = 40;
/** How long after a write that failed it is tried again when nothing changes. */
const AGAIN_MS = 1000;

/**
 * Keeps the state in one JSON file, written whole beside it and renamed over it, so that a crash leaves the old or
 * the new one. Changes of 40 ms are gathered into one write, which happens off the main loop: traffic flows through
 * this process, and a slow disk must not stop it. All that wait for one write are told together.
 * @param onError told when a write failed; the next change tries again
 * @throws Error naming the file when it exists and cannot be read as a state
 */
export function stateFile(file: string, onError: (message: string) => void): StatePersistence {
  mkdirSync(dirname(file), { recursive: true });
  let current: CloudState | undefined;
  let dirty = false;
  let timer: NodeJS.Timeout | undefined;
  let writing = false;
  let failed = false;
  let writes = 0;
  /** Told at the end of the write under way, and of the next one. */
  let told: (() => void)[] = [];
  let waiting: (() => void)[] = [];

  async function write(): Promise<void> {
    timer = undefined;
    if (writing || !dirty) return;
    writing = true;
    const text = JSON.stringify(current);
    dirty = false;
    [told, waiting] = [waiting, []];
    const mine = ++writes;
    const next = `${file}.${mine % 2}.next`;
    try {
      const handle = await open(next, 'w', 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      // A flush in the meantime wrote a newer state already.
      if (mine === writes) await rename(next, file);
    } catch (cause) {
      dirty = true;
      onError(
        `The cloud's state could not be written to ${file}: ${String(cause)}. It is tried again with the next change.`,
      );
      timer ??= setTimeout(() => void write(), AGAIN_MS);
      failed = true;
    } finally {
      writing = false;
      for (const resolve of told.splice(0)) resolve();
    }
    if (dirty) timer ??= setTimeout(() => void write(), GATHER_MS);
  }

  return {
    load() {
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
        throw new Error(`The cloud's state in ${file} cannot be read: ${String(cause)}.`, { cause });
      }
      try {
        return stateSchema.parse(JSON.parse(text));
      } catch (cause) {
        throw new Error(
          `The cloud's state in ${file} is damaged (${String(cause).slice(0, 200)}). Move the file away to start with an empty cloud.`,
          { cause },
        );
      }
    },
    changed(state) {
      current = state;
      dirty = true;
      if (failed) {
        failed = false;
        clearTimeout(timer);
        timer = undefined;
      }
      timer ??= setTimeout(() => void write(), GATHER_MS);
    },
    written() {
      if (!dirty && !writing) return Promise.resolve();
      return new Promise((resolve) => void (dirty ? waiting : told).push(resolve));
    },
    flush() {
      clearTimeout(timer);
      timer = undefined;
      if (!dirty && !writing) return;
      const text = JSON.stringify(current);
      dirty = false;
      const next = `${file}.${++writes % 2}.next`;
      const handle = openSync(next, 'w', 0o600);
      try {
        writeSync(handle, text);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(next, file);
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}
