import type { front50Api } from '@gennaker/contracts/front50';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Identity } from '@gennaker/contracts/people';
import type { Client } from '@gennaker/contracts/route';
import type { AnyTriggerDefinition } from '@gennaker/extension-sdk/trigger';
import type { Clock } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';
import { createOutbox, type Outbox } from '@gennaker/store/outbox';
import type { Access } from '@gennaker/service/guard';
import { matchOpenEvents } from './match-open-events.ts';
import { shareNextCall } from './share-next-call.ts';
import { startExecution } from './start-execution.ts';
import type { StartGate } from './start-gates.ts';

/** What echo is made of. */
export interface EchoParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly triggers: Readonly<Record<string, AnyTriggerDefinition>>;
  readonly front50: Pick<Client<typeof front50Api>, 'listPipelines' | 'getPipeline' | 'getPipelineByName'>;
  readonly orca: Pick<Client<typeof orcaApi>, 'orchestrate'>;
  /** Whom an execution of this user runs as; absent: somebody with no roles. */
  readonly actsAs?: (user: string) => Promise<Identity>;
  /** What every start has to pass after its trigger matched, in this order. */
  readonly gates: readonly StartGate[];
  /** Secrets of the configuration that triggers demand of senders, by name. @throws when one cannot be read */
  readonly secrets: () => Promise<ReadonlyMap<string, string>>;
  /** Who may do what: whose events are shown, and who may send one again. */
  readonly access: Access;
  /** Hashes the tokens that senders show, before they are kept. */
  readonly systemKey: string;
  readonly log: { warn(message: string): void };
  /** Longest time between two looks for events that are not matched yet, ms. */
  readonly sweepMs?: number;
}

/** A running echo: what its use cases work with. */
export interface Echo extends EchoParts {
  readonly outbox: Outbox;
  /** Calls `fn` when a start of this event was settled in this process; the answer ends that. */
  onSettled(eventId: string, fn: () => void): () => void;
  /** Stops starting and matching. */
  close(): Promise<void>;
}

/**
 * How long what a killed echo had in hand is left to it, ms: handing over takes milliseconds, and a second time changes
 * nothing.
 */
const HANDING_OVER_MS = 5_000;

/** Starts echo: the relay that hands executions to orca, and the sweep over events that a crash left unmatched. */
export function createEcho(parts: EchoParts): Echo {
  const listeners = new Map<string, Set<() => void>>();
  const outbox = createOutbox({
    db: parts.db,
    schema: 'echo',
    clock: parts.clock,
    log: parts.log,
    leaseMs: HANDING_OVER_MS,
    deliver: (message) =>
      startExecution(parts, message, (eventId) => {
        for (const listener of listeners.get(eventId) ?? []) listener();
      }),
  });
  let closed = false;
  let cancel = () => {};
  let sweeping: Promise<void> = Promise.resolve();
  const echo: Echo = {
    ...parts,
    // Many events at the same time are matched against what one call finds.
    front50: {
      ...parts.front50,
      listPipelines: shareNextCall(
        (asked: Parameters<typeof parts.front50.listPipelines>[0]) => parts.front50.listPipelines(asked),
        (asked) => JSON.stringify(asked ?? null),
      ),
    },
    outbox,
    onSettled(eventId, fn) {
      const own = listeners.get(eventId) ?? new Set();
      listeners.set(eventId, own.add(fn));
      return () => {
        own.delete(fn);
        if (own.size === 0) listeners.delete(eventId);
      };
    },
    async close() {
      closed = true;
      cancel();
      await sweeping;
      await outbox.close();
    },
  };
  const sweep = (): void => {
    if (closed) return;
    sweeping = matchOpenEvents(echo)
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        parts.log.warn(`Events that wait to be matched cannot be read (${reason}); looking again.`);
      })
      .finally(() => {
        if (!closed) cancel = parts.clock.after(parts.sweepMs ?? 1_000, sweep);
      });
  };
  sweep();
  return echo;
}
