import { describe, expect, it } from 'vitest';
import { completionsAt, hasExpression } from './complete-expression.ts';

const names = ['parameters', 'parameters.version', 'trigger', '#readJson(', '#toInt('];
const at = (marked: string) => completionsAt(marked.replace('|', ''), marked.indexOf('|'), names);

describe('completion of expressions', () => {
  it('offers the names that go on from what stands before the caret', () => {
    expect(at('v${ para|').map(({ name }) => name)).toEqual(['parameters', 'parameters.version']);
    expect(at('${ 1 + #re|').map(({ text }) => text)).toEqual(['${ 1 + #readJson(']);
    expect(at('${|')).toHaveLength(names.length);
  });

  it('leaves what stands behind the caret, and puts the caret between', () => {
    const [, version] = at('${ para| } and ${ trigger }');
    expect(version).toEqual({
      name: 'parameters.version',
      text: '${ parameters.version } and ${ trigger }',
      caret: '${ parameters.version'.length,
    });
  });

  it('offers nothing outside of an expression, within a quotation, and after a bracket', () => {
    for (const text of ['para|', '${ parameters } para|', "${ 'para|", '${ list[0].par|', 'par|${ x }'])
      expect(at(text), text).toEqual([]);
  });

  it('knows a text that can be evaluated from one that is still being written', () => {
    expect(['${ a }', 'x ${a} y ${b}'].map(hasExpression)).toEqual([true, true]);
    expect(['', 'a }', '${ a', '${ a } ${ b'].map(hasExpression)).toEqual([false, false, false, false]);
  });
});
