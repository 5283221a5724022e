import pg from 'pg';

/** Faults of the product itself that a run can be told to contain, so that its checks must see them. */
export const TRIGGER_PLANTS = ['lost-start', 'forgotten-delivery'] as const;
export type TriggerPlant = (typeof TRIGGER_PLANTS)[number];

const everyTwentieth = (table: string, change: string): string => `
  create sequence echo.planted;
  create function echo.plant() returns trigger language plpgsql as $$
  begin
    if nextval('echo.planted') % 20 = 0 then ${change} end if;
    return new;
  end $$;
  create trigger plant before insert on ${table} for each row execute function echo.plant();`;

const STATEMENTS: Record<TriggerPlant, string> = {
  // A start that is decided and never handed on.
  'lost-start': everyTwentieth('echo.outbox', 'return null;'),
  // A delivery that is not known when it comes again.
  'forgotten-delivery': everyTwentieth('echo.events', `new.key := new.key || ':' || new.id;`),
};

/** Makes a fault in the database of the services under trial. */
export async function plantInEcho(plant: TriggerPlant, databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(STATEMENTS[plant]);
  await client.end();
}
