import type { ExecutionState } from '@gennaker/engine/model';
import type { Logger } from 'pino';
import type { MailParts } from '../send-mail.ts';
import { tellParent } from './tell-parent.ts';

/** What follows the end of an execution: its slot is given on and its parent told. What is lost here, slower looks find. */
export function whenEnded(parts: MailParts, log: Logger): (state: ExecutionState) => void {
  const told = (what: string, work: Promise<void>): void =>
    void work.catch((error: unknown) => log.warn({ err: error }, `${what} could not be told; it finds out by itself`));
  return (state) => {
    told('a queue', parts.queues.ended(state));
    told('a parent', tellParent(parts, state));
  };
}
