import type { echoApi } from '@gennaker/contracts/echo';
import type { Client } from '@gennaker/contracts/route';
import type { Clock } from '@gennaker/service/clock';
import type { JenkinsMaster } from '@gennaker/service/config';
import type { Database } from '@gennaker/store/database';
import { passOnOpenBuilds } from './pass-on-build.ts';

/** What igor is made of. */
export interface IgorParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly masters: readonly JenkinsMaster[];
  readonly echo: Pick<Client<typeof echoApi>, 'post'>;
  readonly log: { warn(message: string): void };
  /** Longest time between two looks for builds that echo does not have yet, ms. */
  readonly sweepMs?: number;
}

/** A running igor: what its use cases work with. */
export interface Igor extends IgorParts {
  /** Stops passing builds on. */
  close(): Promise<void>;
}

/** Starts igor: builds whose master or echo did not answer are tried again until they are passed on. */
export function createIgor(parts: IgorParts): Igor {
  let closed = false;
  let cancel = () => {};
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = (): void => {
    if (closed) return;
    sweeping = passOnOpenBuilds(parts)
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        parts.log.warn(`Builds that wait to be passed on cannot be read (${reason}); looking again.`);
      })
      .finally(() => {
        if (!closed) cancel = parts.clock.after(parts.sweepMs ?? 1_000, sweep);
      });
  };
  sweep();
  return {
    ...parts,
    async close() {
      closed = true;
      cancel();
      await sweeping;
    },
  };
}
