import { type EchoEvent, echoEventSchema } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import type { SenderProof } from '@gennaker/extension-sdk/trigger';
import type { Echo } from '../echo.ts';
import { type Proof, proofSchema, senderProof } from '../webhooks/sender-proof.ts';

/** A row of echo.events. */
export interface EventRow {
  id: string;
  key: string;
  type: string;
  source: string | null;
  content: Record<string, unknown>;
  headers: Record<string, string>;
  user: string;
  trace: string | null;
  received_at: Date;
  matched_at: Date | null;
  reason: Reason | null;
  attempts: number;
  raw: Buffer | null;
  proof: unknown;
  ignored: boolean;
  not_listed: number;
  replay_of: string | null;
  only_applications: string[] | null;
  only_pipeline: string | null;
}

/** An event as triggers judge it. */
export function eventOf(row: EventRow): EchoEvent {
  return echoEventSchema.parse({
    key: row.key,
    type: row.type,
    ...(row.source === null ? {} : { source: row.source }),
    content: row.content,
    headers: row.headers,
    user: row.user,
  });
}

/** What a stored webhook's sender showed, as it was kept. */
export function keptProof(row: Pick<EventRow, 'proof'>): Proof | undefined {
  return row.proof === null ? undefined : proofSchema.parse(row.proof);
}

/** What an event's sender proves; undefined for an event that did not come as a webhook. */
export async function proofOf(echo: Echo, row: EventRow): Promise<SenderProof | undefined> {
  if (!echo.triggers[row.type]?.readWebhook) return undefined;
  return senderProof(keptProof(row), row.raw ?? new Uint8Array(), echo.systemKey, await echo.secrets());
}
