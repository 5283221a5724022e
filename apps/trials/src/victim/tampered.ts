import type { Database } from '@gennaker/store/database';
import { z } from 'zod';
import type { EnginePlant } from '../chaos/engine/plants.ts';

type Tampering = Extract<EnginePlant, 'lost-message' | 'no-fence'>;
interface Part {
  /** Beginning of the statement's name. */
  readonly statement: string;
  readonly part: string;
  readonly by: string;
}

const CHANGES: Readonly<Record<Tampering, readonly Part[]>> = {
  // A letter of a person is stored and acknowledged, and read by nobody.
  'lost-message': [{ statement: 'orca-mail-read', part: 'seq > $2', by: `seq > $2 and message->>'type' <> 'Patch'` }],
  // Whoever held a claim once may write for ever, and a history takes whatever comes first.
  'no-fence': [
    {
      statement: 'orca-commit-',
      part: 'e.owner = i.owner and e.epoch = i.epoch and e.version = i.from_version',
      by: 'true',
    },
    { statement: 'orca-claim', part: 'and (owner is null or claim_expires < clock_timestamp())', by: '' },
  ],
};

/** A database whose statements are changed on their way. Throws when a statement is not as the plant expects it. */
export function tampered(db: Database, plant: Tampering): Database {
  const query = db.pool.query.bind(db.pool) as (input: unknown, ...rest: unknown[]) => unknown;
  const changed = (input: unknown, ...rest: unknown[]): unknown => {
    const statement = statementSchema.safeParse(input);
    if (!statement.success) return query(input, ...rest);
    let { text } = statement.data;
    for (const { part, by } of CHANGES[plant].filter((one) => statement.data.name.startsWith(one.statement))) {
      if (!text.includes(part))
        throw new Error(`${statement.data.name} does not hold "${part}": adapt the plant to it`);
      text = text.replace(part, by);
    }
    return query({ ...statement.data, text }, ...rest);
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
