import { migrate } from '@gennaker/store/migrate';

const url = process.env['DATABASE_URL'];
if (!url) {
  process.stderr.write('DATABASE_URL is not set: name the PostgreSQL database to bring up to date.\n');
  process.exit(1);
}
try {
  await migrate(url, ({ name, ms }) => process.stdout.write(`applied ${name} in ${Math.round(ms)} ms\n`));
  process.stdout.write('The database is up to date.\n');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
