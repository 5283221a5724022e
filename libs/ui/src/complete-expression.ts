/** A name that may stand at the caret, and the text with it: its caret then stands behind the name. */
export interface Completion {
  readonly name: string;
  readonly text: string;
  readonly caret: number;
}

/** Completions of what is typed before the caret inside of an open `${`: the names that begin with it. */
export function completionsAt(text: string, caret: number, names: readonly string[]): readonly Completion[] {
  const before = text.slice(0, caret);
  const open = before.lastIndexOf('${');
  if (open < 0 || before.indexOf('}', open) >= 0) return [];
  const typed = /#?[\p{L}\p{N}_.]*$/u.exec(before.slice(open + 2))?.[0] ?? '';
  const kept = before.slice(0, caret - typed.length);
  // After a bracket or within a quotation there are no such names.
  if (/[)\]'"]$/.test(kept)) return [];
  return names
    .filter((name) => name.startsWith(typed) && name !== typed)
    .map((name) => ({ name, text: kept + name + text.slice(caret), caret: kept.length + name.length }));
}

/** True where a text holds expressions that can be evaluated: the last one is closed. */
export function hasExpression(text: string): boolean {
  const open = text.lastIndexOf('${');
  return open >= 0 && text.indexOf('}', open) >= 0;
}
