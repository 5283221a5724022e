import type { OpenAccount } from './accounts.ts';

/** An account that does not answer in time is left out, ms. */
const PATIENCE_MS = 8_000;

/**
 * Asks several accounts at once. One that fails or is slow does not hold up or spoil the rest: its part is missing.
 * @throws the first error when no account answered
 */
export async function fromEach<T>(
  asked: readonly OpenAccount[],
  ask: (open: OpenAccount) => Promise<readonly T[]>,
): Promise<T[]> {
  const answers = await Promise.allSettled(asked.map((open) => inTime(open, ask(open))));
  const found = answers.filter((answer) => answer.status === 'fulfilled');
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed && found.length === 0) throw failed.reason;
  return found.flatMap(({ value }) => value);
}

async function inTime<T>({ account }: OpenAccount, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Account ${account.name} has not answered for ${PATIENCE_MS / 1_000} seconds.`)),
    PATIENCE_MS,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
