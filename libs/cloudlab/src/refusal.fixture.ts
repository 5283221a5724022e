import { expect } from 'vitest';
import type { TestCloud } from './cloud.fixture.ts';

/** Expects a request to be refused with a status, a reason and a sentence that says all of the words. */
export async function expectRefusal(
  lab: TestCloud,
  request: readonly [method: string, path: string, body?: unknown],
  status: number,
  reason: string,
  ...words: readonly string[]
): Promise<void> {
  const answer = await lab.api(...request);
  expect([answer.status, answer.body['error']?.['errors']?.[0]?.['reason']], JSON.stringify(answer.body)).toEqual([
    status,
    reason,
  ]);
  for (const word of words) expect(String(answer.body['error']?.['message'])).toContain(word);
}
