import { createHash } from 'node:crypto';
import type { OperationContext, ResourceRef, Stays } from '@gennaker/extension-sdk/cloud';
import type { Journal } from './journal.ts';
import type { Records } from './records.ts';

/** While an operation is undone its steps are replayed up to where it failed; this ends the replay. */
export class EndOfReplay extends Error {
  constructor() {
    super('The replay reached the step that failed.');
    this.name = 'EndOfReplay';
  }
}

/** An undo that was registered by a step, in the order of the steps. */
export interface Undo {
  readonly step: string;
  run(): Promise<void>;
}

/** What one description of an operation runs in. */
export interface RunFrame {
  readonly context: OperationContext;
  readonly undos: Undo[];
  /** What was done and cannot be undone, each a clause. */
  readonly stays: string[];
  readonly touched: Map<string, ResourceRef>;
}

/** Makes the context of one description: its steps are prefixed with its index. `replaying`: the operation failed before, and only its undos are wanted. */
export function runFrame(options: {
  readonly records: Records;
  readonly journal: Journal;
  readonly application: string | undefined;
  readonly key: string;
  readonly acceptedAt: number;
  readonly index: number;
  readonly signal: AbortSignal;
  readonly replaying: boolean;
}): RunFrame {
  const { records, journal } = options;
  const undos: Undo[] = [];
  const stays: string[] = [];
  const touched = new Map<string, ResourceRef>();
  const prefix = `${options.index}.`;
  const context: OperationContext = {
    operationId: journal.claim.operationId,
    acceptedAt: options.acceptedAt,
    application: options.application,
    signal: options.signal,
    progress: (phase, status) => (options.replaying ? Promise.resolve() : journal.progress(phase, status)),
    requestId: (purpose) => uuidOf(`${options.key}\n${prefix}${purpose}`),
    async step<T>(name: string, run: () => Promise<T>, undo?: (() => Promise<void>) | Stays<T>): Promise<T> {
      const step = prefix + name;
      const known = journal.done(step);
      const remember = () => {
        if (typeof undo === 'function' && journal.has(step) !== 'undone') undos.push({ step, run: undo });
      };
      const did = (result: T) => {
        const clause = typeof undo === 'object' ? undo.stays(result) : null;
        if (clause) stays.push(clause);
        return result;
      };
      if (known) {
        remember();
        return did(known.result as T);
      }
      if (options.replaying) {
        if (journal.has(step) === 'started') remember();
        throw new EndOfReplay();
      }
      options.signal.throwIfAborted();
      await journal.begin(step);
      remember();
      const result = await run();
      await journal.finish(step, result);
      return did((result ?? null) as T);
    },
    reserveName: (cluster, taken) =>
      records.reserveName({ operationId: journal.claim.operationId, description: options.index }, cluster, taken),
    getTraffic: (region, name) => records.getTraffic(region, name),
    setTraffic: (region, name, record) => records.setTraffic(region, name, record),
    touch: (ref) => void touched.set(`${ref.kind}/${ref.region}/${ref.name}`, ref),
  };
  return { context, undos, stays, touched };
}

/** A uuid (version 8) of a text: the same text, the same uuid. */
export function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
