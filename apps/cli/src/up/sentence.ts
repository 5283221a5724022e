/** An error that is complete as it stands: what is wrong and what to do. Shown without a stack. */
export class Sentence extends Error {}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
