/** PostgreSQL's own words for: connection lost (08), shut down or starting up (57P01 to 57P03), no connection left (53300). */
const STATES = /^(08...|57P0[123]|53300)$/;
/** What the system says of a server that is not there, and Prisma of the same. */
const CODES: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'],
  ...['P1001', 'P1002', 'P1008', 'P1017'],
]);
/** The driver's errors that carry no code. */
const TEXTS =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Does an error of the database's driver only tell that the database cannot be reached now? */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return CODES.has(code) || (typeof code === 'string' && STATES.test(code)) || TEXTS.test(error.message);
}
