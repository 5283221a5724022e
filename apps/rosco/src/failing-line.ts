/** Takes Packer's prefix (`    image: `, `==> image: `) off a line. */
function bare(line: string): string {
  return line.replace(/^(==>|-->)?\s*[\w-]+: ?/, '').trimEnd();
}

type Finder = (lines: readonly string[]) => string | undefined;

const lineOf =
  (pattern: RegExp): Finder =>
  (lines) =>
    lines.find((line) => pattern.test(line))?.trim();

/** The line behind a failed maintainer script: what the script said last, and dpkg's verdict. */
const maintainerScript: Finder = (lines) => {
  const at = lines.findIndex((line) => /script subprocess returned error exit status/.test(line));
  if (at < 0) return undefined;
  const said = lines
    .slice(0, at)
    .findLast((line) => line.trim() && !/^\s*(dpkg: |debconf: |stderr: |- )|stderr: \|-/.test(line));
  return said ? `${lines[at]?.trim()}: ${said.trim()}` : lines[at]?.trim();
};

/** From the most telling to the least. */
const FINDERS: readonly Finder[] = [
  (lines) => {
    const at = lines.findIndex((line) => /unmet dependencies:/.test(line));
    return at < 0 ? undefined : lines[at + 1]?.trim();
  },
  maintainerScript,
  lineOf(/^\s*dpkg(-deb)?: error/),
  lineOf(/^\s*(stderr: ')?E: /),
  lineOf(/^\s*(stderr: ')?bwrap: /),
  lineOf(/^(ERROR!|\[ERROR\])/),
  (lines) => {
    const at = lines.findIndex((line) => /^(failed|fatal): \[/.test(line));
    return at < 0
      ? undefined
      : lines
          .slice(at)
          .find((line) => /^\s*(msg|stderr): \S/.test(line))
          ?.trim();
  },
  lineOf(/\berror\b|\bfailed\b|not found/i),
];

/** The line of a bake's log that says why it failed; undefined when the log is silent. */
export function failingLine(log: string): string | undefined {
  const lines = log.split('\n').map(bare);
  for (const find of FINDERS) {
    const found = find(lines);
    if (found) return found.replace(/^(stderr|msg): '?/, '').replace(/'$/, '');
  }
  return lines.findLast((line) => line.trim())?.trim();
}
