import type { Queryable } from '@gennaker/store/database';
import { MAX_FAILURES } from './claims.ts';
import { storable } from './storable.ts';

/** The first pause after a failure, ms; each further one is twice as long. */
const PAUSE_MS = 250;

/**
 * An execution failed the engine itself: its claim is given back and it is tried again later. After several times it is
 * set aside with the evidence, so that it never stands in the way of others. Answers whether it was.
 */
export async function noteFailure(
  db: Queryable,
  claim: { readonly id: string; readonly owner: string; readonly epoch: number },
  error: unknown,
): Promise<boolean> {
  const summary = error instanceof Error ? error.message : String(error);
  const reason = storable({
    summary: `The engine failed on this execution: ${summary}`,
    evidence: { failures: MAX_FAILURES },
    next: 'mend what the error names, then redrive the execution, or end it by force',
  });
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const evidence = storable({ error: summary, code, stack: error instanceof Error ? error.stack : undefined });
  const { rows } = await db.query<{ failures: number }>({
    name: 'orca-note-failure',
    text: `with failed as (
             update orca.executions set failures = failures + 1, owner = null, claim_expires = null,
               due_at = case when failures + 1 >= ${MAX_FAILURES} then null
                             else now() + ${PAUSE_MS} * power(2, failures) * interval '1 millisecond' end
             where id = $1 and owner = $2 and epoch = $3 returning id, failures
           ), aside as (
             insert into orca.set_aside (execution_id, attempts, reason, evidence)
             select id, failures, $4::json, $5::json from failed where failures >= ${MAX_FAILURES}
             on conflict (execution_id) do update set attempts = excluded.attempts, at = now(),
               reason = excluded.reason, evidence = excluded.evidence
           ) select failures from failed`,
    values: [claim.id, claim.owner, claim.epoch, JSON.stringify(reason), JSON.stringify(evidence)],
  });
  return (rows[0]?.failures ?? 0) >= MAX_FAILURES;
}
