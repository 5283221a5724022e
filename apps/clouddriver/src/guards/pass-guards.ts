import type { Reason } from '@gennaker/contracts/execution';
import type { Clock } from '@gennaker/service/clock';
import type { Journal } from '../operations/journal.ts';
import type { Accepted } from '../operations/submit.ts';
import { pause } from '../pause.ts';
import { type GuardParts, refusalOf } from './check-guards.ts';
import { GuardsUnknown } from './read-guards.ts';

/** A change that a traffic guard does not let happen. */
export class GuardRefusal extends Error {
  readonly reason: Reason;
  constructor(reason: Reason) {
    super(reason.summary);
    this.name = 'GuardRefusal';
    this.reason = reason;
  }
}

/** While front50 is away it is asked this often, and a change waits for it this long, ms. */
const ASK_AGAIN_MS = 2_000;
const PATIENCE_MS = 10 * 60_000;

/**
 * Lets the first of these descriptions pass, or throws. While nobody knows the guards it waits: a change that takes
 * capacity away is never made without them.
 * @throws GuardRefusal, or an Error when the guards could not be read for too long
 */
export async function passGuards(
  parts: GuardParts & { readonly clock: Clock },
  journal: Pick<Journal, 'progress'>,
  accepted: readonly Accepted[],
  signal: AbortSignal,
): Promise<void> {
  const until = parts.clock.now() + PATIENCE_MS;
  for (;;) {
    try {
      const reason = await refusalOf(parts, accepted);
      if (reason) throw new GuardRefusal(reason);
      return;
    } catch (error) {
      if (!(error instanceof GuardsUnknown)) throw error;
      if (parts.clock.now() >= until)
        throw new Error(`${error.message} for ${PATIENCE_MS / 60_000} minutes; nothing is taken away without them.`, {
          cause: error,
        });
      await journal.progress('GUARDS', `Waits before it changes anything: ${error.message}`);
      await pause(parts.clock, ASK_AGAIN_MS, signal);
    }
  }
}
