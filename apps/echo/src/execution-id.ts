import { createHash } from 'node:crypto';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function encode(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (let at = 0; at < length; at += 1) {
    text = CROCKFORD[Number(rest & 31n)] + text;
    rest >>= 5n;
  }
  return text;
}

/**
 * The id of the execution that an event starts of a pipeline: always the same for the same event and pipeline, so that
 * nothing is started twice. A ULID (github.com/ulid/spec): the event's time, then 80 bits of a hash in place of chance.
 * @param at epoch milliseconds
 */
export function executionId(at: number, eventKey: string, pipelineId: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([eventKey, pipelineId]))
    .digest('hex')
    .slice(0, 20);
  return encode(BigInt(at), 10) + encode(BigInt(`0x${hash}`), 16);
}
