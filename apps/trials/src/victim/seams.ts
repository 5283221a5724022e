import type { OrcaSeams } from '@gennaker/app-orca/module';
import { logger } from '@gennaker/service/log';
import { z } from 'zod';
import { openBell } from '../../../orca/src/bell.ts';
import type { EnginePlant } from '../chaos/engine/plants.ts';
import { DuplicatingBell } from './duplicating-bell.ts';
import { tampered } from './tampered.ts';
import { trialStages } from './trial-stages.ts';

/** What the parent tells an orca under trial: how far its clock is off (ms), whether its messages come several times. */
export const disturbance = z.object({ clockOffMs: z.number().default(0), duplicates: z.boolean().default(false) });
export type Disturbance = z.input<typeof disturbance>;

const MEDDLE_EVERY_MS = 200;

/** The parts that an orca under trial has in the place of its own; `plant` breaks one of them for good. */
export function seamsOf(
  plant: EnginePlant | undefined,
  redisUrl: string,
  listen: (listener: (message: unknown) => void) => void,
): OrcaSeams {
  let now = disturbance.parse({});
  listen((message) => (now = disturbance.parse(message)));
  // The machine's clock itself is set: whatever of the process reads it sees the jump.
  const machine = Date.now.bind(Date);
  Date.now = () => machine() + now.clockOffMs;
  return {
    bell: (listener) =>
      new DuplicatingBell(
        (heard) => openBell(redisUrl, heard, logger('orca')),
        listener,
        () => now.duplicates,
      ),
    definitions: trialStages,
    ...(plant === 'sweeper-off' ? { sweep: false } : {}),
    ...(plant === 'lost-message' || plant === 'no-fence' ? { database: (db) => tampered(db, plant) } : {}),
    ...(plant === 'double-effect' ? { http: withOtherKeys } : {}),
    ...(plant === 'renew-all-claims' || plant === 'no-fence' ? { started: meddling(plant) } : {}),
  };
}

/** Does again and again, beside the engine, what it must never do. */
function meddling(plant: 'renew-all-claims' | 'no-fence'): NonNullable<OrcaSeams['started']> {
  return (orchestrator, db) => {
    const meddle = async (): Promise<void> => {
      if (plant === 'renew-all-claims') {
        await db.pool.query(
          `update orca.executions set claim_expires = clock_timestamp() + interval '1 hour'
           where owner is not null and not complete`,
        );
        return;
      }
      // With the fence gone, whoever hears of an execution works on it too.
      const { rows } = await db.pool.query<{ id: string }>('select id from orca.executions where not complete');
      await Promise.all(rows.map(({ id }) => orchestrator.ring(id)));
    };
    setInterval(() => void meddle().catch(() => undefined), MEDDLE_EVERY_MS);
  };
}

/** Calls under a key of their own each, so that a call that is made again after a crash has another key than before. */
const withOtherKeys: NonNullable<OrcaSeams['http']> = (http) => (request) =>
  http({
    ...request,
    headers: {
      ...request.headers,
      'idempotency-key': `${request.headers?.['idempotency-key'] ?? ''}:${process.pid}:${performance.now()}`,
    },
  });
