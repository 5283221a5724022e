import { z } from 'zod';

/** The twelve statuses of executions, stages and tasks, spelled as in Spinnaker's API. */
export const STATUSES = [
  'NOT_STARTED',
  'RUNNING',
  'PAUSED',
  'SUSPENDED',
  'BUFFERED',
  'REDIRECT',
  'SUCCEEDED',
  'SKIPPED',
  'FAILED_CONTINUE',
  'STOPPED',
  'TERMINAL',
  'CANCELED',
] as const;
export const statusSchema = z.enum(STATUSES);
export type Status = z.infer<typeof statusSchema>;

const noStatuses = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '' && !statusSchema.safeParse(word).success);

/** Statuses in a query. */
export const statusListSchema = z
  .string()
  .refine((text) => noStatuses(text).length === 0, {
    error: ({ input }) => `${noStatuses(String(input)).join(', ')} is no status; use some of ${STATUSES.join(', ')}`,
  })
  .describe('comma-separated list');

interface StatusFacts {
  readonly complete: boolean;
  readonly halt: boolean;
  readonly successful: boolean;
  readonly failure: boolean;
}
const facts = (complete: boolean, halt: boolean, successful: boolean, failure: boolean): StatusFacts => ({
  complete,
  halt,
  successful,
  failure,
});

/** What each status means for what comes after it. */
export const STATUS_FACTS: Readonly<Record<Status, StatusFacts>> = {
  NOT_STARTED: facts(false, false, false, false),
  RUNNING: facts(false, false, false, false),
  PAUSED: facts(false, false, false, false),
  SUSPENDED: facts(false, false, false, false),
  BUFFERED: facts(false, false, false, false),
  REDIRECT: facts(false, false, false, false),
  SUCCEEDED: facts(true, false, true, false),
  SKIPPED: facts(true, false, true, false),
  FAILED_CONTINUE: facts(true, false, false, true),
  STOPPED: facts(true, true, true, true),
  TERMINAL: facts(true, true, false, true),
  CANCELED: facts(true, true, false, false),
};

/** True when nothing more happens to a thing of this status. */
export function isComplete(status: Status): boolean {
  return STATUS_FACTS[status].complete;
}
