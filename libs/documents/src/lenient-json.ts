/** Why a text is no JSON. */
export class NotJson extends Error {}

/** Everything that is no plain text of JSON outside of quotes: strings, comments, and commas before a closing bracket. */
const WORDS =
  /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)*[}\]])/g;

/**
 * Reads JSON, also with comments (`//`, `#`) and commas at the ends of lists, as files that people write have them.
 * `exact`: it was JSON as it is.
 * @throws NotJson with the parser's words for the text as it stands
 */
export function readLenientJson(text: string): { readonly value: unknown; readonly exact: boolean } {
  try {
    return { value: JSON.parse(text) as unknown, exact: true };
  } catch (error) {
    try {
      const plain = text.replace(WORDS, (word) => (word.startsWith('"') ? word : ''));
      return { value: JSON.parse(plain) as unknown, exact: false };
    } catch {
      throw new NotJson(error instanceof Error ? error.message : String(error));
    }
  }
}
