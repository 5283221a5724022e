/** Texts with the name at their end completed: those of `names` that begin with what is typed inside of an open `${`. */
export function completionsOf(text: string, names: readonly string[]): readonly string[] {
  const open = text.lastIndexOf('${');
  if (open < 0 || text.indexOf('}', open) >= 0) return [];
  const typed = /#?[\p{L}\p{N}_.]*$/u.exec(text.slice(open + 2))?.[0] ?? '';
  const before = text.slice(0, text.length - typed.length);
  // After a dot or a bracket there are no such names.
  if (/[)\]'"]$/.test(before)) return [];
  return names.filter((name) => name.startsWith(typed) && name !== typed).map((name) => before + name);
}
