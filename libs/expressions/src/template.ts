/** A piece of a text: plain, or an expression with the text that it was written as. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string; readonly raw: string }
  /** An expression that is never closed. */
  | { readonly kind: 'broken'; readonly raw: string };

/** Cuts a text at its `${...}`; braces in quotes, and pairs of braces, belong to the expression. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf('${', at);
    if (start < 0) break;
    if (start > at) parts.push({ kind: 'text', text: text.slice(at, start) });
    const end = closing(text, start + 2);
    if (end === undefined) return [...parts, { kind: 'broken', raw: text.slice(start) }];
    parts.push({ kind: 'expression', source: text.slice(start + 2, end).trim(), raw: text.slice(start, end + 1) });
    at = end + 1;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}

/** Index of the brace that closes an expression which begins at `from`. */
function closing(text: string, from: number): number | undefined {
  let open = 1;
  let quote = '';
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '{') open++;
    else if (char === '}' && --open === 0) return at;
  }
  return undefined;
}
