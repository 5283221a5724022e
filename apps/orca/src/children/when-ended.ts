import type { ExecutionState } from '@gennaker/engine/model';
import type { Logger } from 'pino';
import type { MailParts } from '../send-mail.ts';
import { tellParent } from './tell-parent.ts';

/** Between two tries, ms; with their number, longer than a database takes to come back. */
const AGAIN_MS = 1_000;
const TRIES = 15;

/**
 * What follows the end of an execution: its slot is given on and its parent told, again and again while the database is
 * away. What is lost here with the process, slower looks find.
 */
export function whenEnded(
  parts: MailParts,
  log: Pick<Logger, 'warn'>,
  tell: (parts: MailParts, state: ExecutionState) => Promise<void> = tellParent,
): (state: ExecutionState) => void {
  const told = (what: string, work: () => Promise<void>, tries: number): void =>
    void work().catch((error: unknown) => {
      if (tries > 1) return void parts.world.clock.after(AGAIN_MS, () => told(what, work, tries - 1));
      log.warn({ err: error }, `${what} could not be told; it finds out by itself`);
    });
  return (state) => {
    told('a queue', () => parts.queues.ended(state), TRIES);
    told('a parent', () => tell(parts, state), TRIES);
  };
}
