import type { OrcaSeams } from '@gennaker/app-orca/module';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { type Clock, systemClock } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';
import { z } from 'zod';
import type { EnginePlant } from '../chaos/engine/plants.ts';

/** What the parent tells an orca under trial: how far its clock is off, ms. */
export const disturbance = z.object({ clockOffMs: z.number() });
export type Disturbance = z.infer<typeof disturbance>;

const RENEW_EVERY_MS = 500;

/** A stage that is asked again and again, and is done at the third time: the trial's own type. */
const repeated = defineStage({
  type: 'repeated',
  label: 'Repeated',
  description: 'Is asked three times until it is done',
  schema: z.looseObject({ times: z.number().default(3) }),
  examples: [{ times: 3 }],
  tasks: () => [
    {
      name: 'repeated',
      run: async ({ context, runs }) =>
        runs < context.times ? { status: 'RUNNING', wakeAfterMs: 50 } : { status: 'SUCCEEDED' },
    },
  ],
});

/** The parts that an orca under trial has in the place of its own; `plant` breaks one of them for good. */
export function seamsOf(
  plant: EnginePlant | undefined,
  listen: (listener: (message: unknown) => void) => void,
): OrcaSeams {
  let off = 0;
  listen((message) => (off = disturbance.parse(message).clockOffMs));
  const clock: Clock = { now: () => systemClock.now() + off, after: (ms, fn) => systemClock.after(ms, fn) };
  return {
    clock,
    definitions: [repeated],
    ...(plant === 'sweeper-off' ? { sweep: false } : {}),
    ...(plant === 'lost-message' || plant === 'no-fence' ? { database: (db) => tampered(db, plant) } : {}),
    ...(plant === 'double-effect'
      ? {
          http: (http) => async (request) => {
            const key = `${request.headers?.['idempotency-key'] ?? ''}-again`;
            await http({ ...request, headers: { ...request.headers, 'idempotency-key': key } });
            return http(request);
          },
        }
      : {}),
    ...(plant === 'renew-all-claims'
      ? {
          started: (_orchestrator, db) =>
            void setInterval(() => {
              db.pool
                .query(
                  `update orca.executions set claim_expires = clock_timestamp() + interval '1 hour' where owner is not null and not complete`,
                )
                .catch(() => undefined);
            }, RENEW_EVERY_MS),
        }
      : {}),
  };
}

/** A database whose statements are changed on their way. */
function tampered(db: Database, plant: 'lost-message' | 'no-fence'): Database {
  const query = db.pool.query.bind(db.pool) as (input: unknown, ...rest: unknown[]) => unknown;
  const changed = (input: unknown, ...rest: unknown[]): unknown => {
    const statement = statementSchema.safeParse(input);
    if (!statement.success) return query(input, ...rest);
    const { name, text } = statement.data;
    if (plant === 'lost-message' && name === 'orca-mail-read')
      return query({ ...statement.data, text: text.replace('seq > $2', `seq > $2 and message->>'type' <> 'Patch'`) });
    if (plant === 'no-fence' && name.startsWith('orca-commit'))
      return query({
        ...statement.data,
        text: text
          .replace('e.owner = i.owner and e.epoch = i.epoch and e.version = i.from_version', 'true')
          .replace('join own on own.id = v.id\n', 'join own on own.id = v.id on conflict do nothing\n'),
      });
    if (plant === 'no-fence' && name === 'orca-claim')
      return query({
        ...statement.data,
        text: text.replace('and (owner is null or claim_expires < clock_timestamp())', ''),
      });
    return query(input, ...rest);
  };
  const pool = new Proxy(db.pool, {
    get: (target, property) => {
      if (property === 'query') return changed;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    pool,
    get prisma() {
      return db.prisma;
    },
    close: () => db.close(),
  };
}

const statementSchema = z.looseObject({ name: z.string(), text: z.string() });
