import { randomUUID } from 'node:crypto';
import type { Reason } from '@gennaker/contracts/execution';
import type { ExecutionState } from '@gennaker/engine/model';
import { type Database, inTransaction } from '@gennaker/store/database';
import type { Logger } from 'pino';
import { type Mail, type Posted, postMailWithin } from '../mailbox.ts';
import { insertExecutions, type Prepared, type Started } from '../start-part.ts';
import { admit, drain, liftLimit, queueIds, stuckQueues, waitingIn } from './queue-rows.ts';
import { type QueueRules, waitingReason } from './queue-rules.ts';

const LOOK_MS = 1_000;
/** Looks between two readings of which pipelines have queues. */
const READ_EVERY = 10;

/** What queues tell of: mail that was written. */
export interface QueueParts {
  readonly db: Database;
  readonly mailArrived: (executionId: string, seq: number, owner: string | null) => void;
  readonly log: Logger;
}

/** Lets executions of pipelines with a limit begin in order, as slots become free. */
export class Queues {
  readonly #parts: QueueParts;
  /** Pipelines with a queue, as far as this process knows; the look finds what it does not know. */
  #known: Set<string> = new Set();
  #looks = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** Begins to look every second for queues that nobody told. */
  open(): void {
    this.#timer = setTimeout(() => void this.#round(), LOOK_MS);
    this.#timer.unref();
  }

  close(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Stores an execution of a pipeline with a limit; `queued`: it waits in line. */
  async start(prepared: Prepared, rules: QueueRules): Promise<Started & { readonly queued: boolean }> {
    this.#known.add(rules.configId);
    const known: { started?: Started } = {};
    try {
      return await inTransaction(this.#parts.db, async (client) => {
        const admission = await admit(client, rules, prepared.state.id);
        const queued = !admission.admitted;
        const [started] = await insertExecutions(client, [
          admission.admitted ? prepared : waiting(prepared, waitingReason(rules, admission.running, admission.ahead)),
        ]);
        if (!started?.fresh) {
          // It is there already: the slot or place that was taken for it must not stay.
          known.started = started ?? { id: prepared.state.id, fresh: false };
          throw new Error('the execution was started before');
        }
        return { ...started, queued };
      });
    } catch (error) {
      if (known.started) return { ...known.started, queued: false };
      throw error;
    }
  }

  /** A pipeline was started that has no limit: if it had one, whoever waits may begin. */
  async unlimited(configId: string): Promise<void> {
    if (!this.#known.has(configId)) return;
    await inTransaction(this.#parts.db, (client) => liftLimit(client, configId));
    await this.drain(configId);
  }

  /** An execution has ended: its slot is free, or its place in the line. */
  async ended(state: Pick<ExecutionState, 'pipelineConfigId'>): Promise<void> {
    if (state.pipelineConfigId !== undefined && this.#known.has(state.pipelineConfigId))
      await this.drain(state.pipelineConfigId);
  }

  /** Fills the free slots of a queue and tells whom it concerns. */
  async drain(configId: string): Promise<void> {
    const letters: { readonly id: string; readonly posted: Posted }[] = [];
    await inTransaction(this.#parts.db, async (client) => {
      const { admitted, superseded } = await drain(client, configId);
      const send = async (id: string, key: string, mail: Mail): Promise<void> => {
        const posted = await postMailWithin(client, id, key, mail, '');
        if (posted) letters.push({ id, posted });
      };
      for (const id of admitted) await send(id, `admitted:${randomUUID()}`, { type: 'Start' });
      for (const { id, by } of superseded)
        await send(id, `superseded:${by}`, { type: 'Cancel', user: 'system', reason: `superseded by ${by}` });
    });
    for (const { id, posted } of letters) this.#parts.mailArrived(id, posted.seq, posted.owner);
  }

  /** Cancels whoever waits in a queue. */
  async purge(configId: string, user: string): Promise<void> {
    const letters: { readonly id: string; readonly posted: Posted }[] = [];
    await inTransaction(this.#parts.db, async (client) => {
      for (const id of await waitingIn(client, configId)) {
        const mail: Mail = { type: 'Cancel', user, reason: 'the queue of its pipeline was emptied' };
        const posted = await postMailWithin(client, id, `purged:${randomUUID()}`, mail, '');
        if (posted) letters.push({ id, posted });
      }
    });
    for (const { id, posted } of letters) this.#parts.mailArrived(id, posted.seq, posted.owner);
  }

  /** One look for queues that nobody told. */
  async look(): Promise<void> {
    const { pool } = this.#parts.db;
    if (this.#looks++ % READ_EVERY === 0) this.#known = new Set(await queueIds(pool));
    for (const configId of await stuckQueues(pool)) {
      this.#known.add(configId);
      await this.drain(configId);
    }
  }

  async #round(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.#parts.log.debug({ err: error }, 'the queues cannot be read; they are looked at again');
    }
    if (!this.#stopped) this.open();
  }
}

/** An execution that is born waiting. */
function waiting(prepared: Prepared, reason: Reason): Prepared {
  return {
    ...prepared,
    state: { ...prepared.state, reason },
    event: { ...prepared.event, execution: { ...prepared.event.execution, reason } },
    queued: true,
  };
}
