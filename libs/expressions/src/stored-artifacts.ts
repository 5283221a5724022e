import { ExpressionError } from './error.ts';
import { ask } from './lookups.ts';
import type { Surroundings } from './surroundings.ts';
import { isMap } from './values.ts';

type Json = Readonly<Record<string, unknown>>;

/** What an artifact's reference stands for: what is stored under a `ref://application/hash`, as base64; any other as it is. */
export function storedReference(reference: string, around: Surroundings): string {
  if (!reference.startsWith('ref://')) return reference;
  const stored = ask(around.options.lookUp, { kind: 'reference', reference });
  if (typeof stored !== 'string') throw new ExpressionError(`What is stored as ${reference} is no text`);
  around.budget.work(stored.length);
  return stored;
}

/**
 * The object that an artifact of the type `remote/map/base64` stands for: JSON, as base64 of either alphabet or as it is;
 * undefined for any other map.
 * @throws ExpressionError when it is not stored, or is no JSON object
 */
export function storedContent(artifact: Json, around: Surroundings): Json | undefined {
  const { type, reference } = artifact;
  if (type !== 'remote/map/base64' || typeof reference !== 'string') return undefined;
  const text = storedReference(reference, around);
  around.budget.work(text.length);
  const usual = text.replaceAll('-', '+').replaceAll('_', '/');
  const content = parsed(text.trimStart().startsWith('{') ? text : decoded(usual));
  if (!isMap(content)) throw new ExpressionError(`What is stored as ${reference} is no JSON object`);
  return content;
}

/** The text that base64 holds. @throws ExpressionError. */
export function decoded(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
  } catch {
    throw new ExpressionError('The text is not base64');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
