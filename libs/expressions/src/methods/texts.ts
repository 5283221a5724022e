import { charArg, charsArg, intArg, textArg } from '../convert.ts';
import { ExpressionError } from '../error.ts';
import { matchesWhole, replaced, splitBy } from '../regex.ts';
import { formatText } from '../string-format.ts';
import { Char, Items } from '../values.ts';
import type { Table } from './table.ts';

/** Methods of java.lang.String. */
export const TEXTS: Table<string> = {
  length: (self) => self.length,
  isEmpty: (self) => self.length === 0,
  isBlank: (self) => self.trim() === '',
  toString: (self: string) => self,
  name: (self) => self,
  intern: (self) => self,
  toLowerCase: (self) => self.toLowerCase(),
  toUpperCase: (self) => self.toUpperCase(),
  trim: (self) => self.trim(),
  strip: (self) => self.trim(),
  stripLeading: (self) => self.trimStart(),
  stripTrailing: (self) => self.trimEnd(),
  contains: (self, [part]) => self.includes(charsArg(part, 'contains')),
  startsWith: (self, [part, from]) =>
    self.startsWith(charsArg(part, 'startsWith'), from === undefined ? 0 : intArg(from, 'startsWith')),
  endsWith: (self, [part], { budget }) => self.endsWith(textArg(part, 'endsWith', budget)),
  indexOf: (self, [part, from]) =>
    self.indexOf(charArg(part, 'indexOf'), from === undefined ? 0 : intArg(from, 'indexOf')),
  lastIndexOf: (self, [part]) => self.lastIndexOf(charArg(part, 'lastIndexOf')),
  equals: (self, [other]) => self === other,
  contentEquals: (self, [other]) => self === other,
  equalsIgnoreCase: (self, [other]) => typeof other === 'string' && self.toLowerCase() === other.toLowerCase(),
  compareTo: (self, [other]) => difference(self, charsArg(other, 'compareTo')),
  compareToIgnoreCase: (self, [other]) =>
    difference(self.toLowerCase(), charsArg(other, 'compareToIgnoreCase').toLowerCase()),
  concat: (self, [other], { budget }) => budget.sized(self + textArg(other, 'concat', budget)),
  charAt: (self, [at]) => {
    const index = intArg(at, 'charAt');
    if (index < 0 || index >= self.length) throw new ExpressionError(`The text has no character ${index}`);
    return new Char(self.charAt(index));
  },
  codePointAt: (self, [at]) => {
    const code = self.codePointAt(intArg(at, 'codePointAt'));
    if (code === undefined) throw new ExpressionError('The text has no such character');
    return code;
  },
  substring: (self, [from, to]) => {
    const start = intArg(from, 'substring');
    const end = to === undefined ? self.length : intArg(to, 'substring');
    if (start < 0 || end > self.length || start > end)
      throw new ExpressionError(`The text of ${self.length} characters has no part from ${start} to ${end}`);
    return self.slice(start, end);
  },
  replace: (self, [what, by], { budget }) => {
    const [from, to] = [charArg(what, 'replace'), charArg(by, 'replace')];
    budget.work(self.length);
    const pieces = self.split(from);
    if (self.length + (pieces.length - 1) * (to.length - from.length) > budget.limits.size)
      throw new ExpressionError('replace makes too much');
    return from === '' ? self.replaceAll('', () => to) : pieces.join(to);
  },
  replaceAll: (self, [what, by], { budget }) =>
    replaced(self, textArg(what, 'replaceAll', budget), textArg(by, 'replaceAll', budget), 'all', budget),
  replaceFirst: (self, [what, by], { budget }) =>
    replaced(self, textArg(what, 'replaceFirst', budget), textArg(by, 'replaceFirst', budget), 'first', budget),
  matches: (self, [what], { budget }) => matchesWhole(self, textArg(what, 'matches', budget), budget),
  split: (self, [what, limit], { budget }) =>
    new Items(splitBy(self, textArg(what, 'split', budget), limit === undefined ? 0 : intArg(limit, 'split'), budget)),
  repeat: (self, [count], { budget }) => {
    const times = intArg(count, 'repeat');
    if (times < 0 || self.length * times > budget.limits.size) throw new ExpressionError('repeat makes too much');
    return self.repeat(times);
  },
  format: (self, args, { budget }) => formatText(typeof args[0] === 'string' ? args[0] : self, args.slice(1), budget),
  formatted: (self, args, { budget }) => formatText(self, args, budget),
  hashCode: (self, _args, { budget }) => {
    budget.work(self.length);
    let hash = 0;
    for (let at = 0; at < self.length; at++) hash = (Math.imul(hash, 31) + self.charCodeAt(at)) | 0;
    return hash;
  },
  toCharArray: (self, _args, { budget }) => {
    budget.work(self.length);
    return new Items(budget.sized(self.split('').map((char) => new Char(char))));
  },
};

function difference(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++)
    if (left.charCodeAt(at) !== right.charCodeAt(at)) return left.charCodeAt(at) - right.charCodeAt(at);
  return left.length - right.length;
}
