import { describe, expect, it } from 'vitest';
import { ExpressionError } from './error.ts';
import { evaluated } from './evaluate.ts';
import { jsonText } from './json.ts';
import { type Names, resolved, stage, within } from './resolve.fixture.ts';
import { Surroundings } from './surroundings.ts';

const names: Names = {
  parameters: { x: '2', none: null, list: [1, 2] },
  m: { a: { b: 1 }, key: 'by name', 'the key': 'by value' },
  key: 'the key',
  list: [1, 2],
  ...within(stage({ name: 'Get Info', refId: '2', status: 'FAILED_CONTINUE' })),
};
const lookup = (name: string): unknown => (Object.hasOwn(names, name) ? names[name] : undefined);

/** What an expression is at a pipeline's start, where a missing key is an error; as JSON, for the kinds of numbers. */
function value(expression: string): string {
  try {
    return jsonText(evaluated(expression, new Surroundings({ lookup }, { unknownKeys: 'error', now: 0, seed: '' })));
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    return 'error';
  }
}
const text = (written: string): unknown => resolved(written, names).value;

describe('numbers', () => {
  it.each([
    ['5/2', '2', 'whole numbers divide to whole numbers'],
    ['5.0/2', '2.5', 'a fraction makes it one'],
    ['1.0/3', '0.3333333333333333', 'doubles have their digits'],
    ['2147483647+1', '-2147483648', 'ints overflow'],
    ['2147483647L+1', '2147483648', 'longs do not at the same place'],
    ['100000000000', 'error', 'a large int needs its L'],
    ['100000000000L', '100000000000', 'and has it here'],
    ['T(Math).round(2.5)', '3', 'a half is rounded up'],
    ["T(String).valueOf(1)+'x'", '"1x"', 'types of java.lang have short names'],
  ])('%s is %s: %s', (expression, expected) => {
    expect(value(expression)).toBe(expected);
  });
});

describe('comparisons convert nothing', () => {
  it.each([
    ["'5' > 3", 'error'],
    ["'3' == 3", 'false'],
    ['1 == 1.0', 'true'],
  ])('%s is %s', (expression, expected) => {
    expect(value(expression)).toBe(expected);
  });
});

describe('what is absent', () => {
  it.each([
    ["'' ?: 'd'", '"d"'],
    ["null ?: 'd'", '"d"'],
    ['0 ?: 5', '0'],
    ["false ?: 'd'", 'false'],
    ['parameters.zzz', 'error'],
    ["parameters.zzz ?: 'd'", 'error'],
    ['parameters?.zzz', 'error'],
    ["parameters['zzz']", 'null'],
    ["parameters['zzz'] ?: 'd'", '"d"'],
    ['list[9]', 'error'],
    ["#stage('missing')", 'error'],
  ])('%s is %s at the start of a pipeline', (expression, expected) => {
    expect(value(expression)).toBe(expected);
  });

  it('is null in a stage, whose text stays as it is written', () => {
    expect(text("${parameters.zzz ?: 'd'}")).toBe('d');
    expect(text('${parameters.zzz}')).toBe('${parameters.zzz}');
  });
});

describe('names', () => {
  it('inside of a selection are those of the element; #root has the others', () => {
    expect(value('execution.stages.?[refId == parameters.x]')).toBe('error');
    expect(value('execution.stages.?[refId == #root.parameters.x].![name]')).toBe('["Get Info"]');
  });

  it('alone between brackets are keys themselves, when they stand on a map', () => {
    expect(value('m[key]')).toBe('"by name"');
    expect(value('m[#root.key]')).toBe('"by value"');
    expect(value("m['a'][b]")).toBe('1');
  });
});

describe('a status', () => {
  it('equals its name, also without toString(): this differs from Java on purpose', () => {
    const status = '#stage("Get Info").status';
    expect(text(`\${${status} == "FAILED_CONTINUE" ? "yes" : "no"}`)).toBe('yes');
    expect(text(`\${${status}.toString() == "FAILED_CONTINUE"}`)).toBe(true);
    expect(text(`\${${status}.name() == "FAILED_CONTINUE"}`)).toBe(true);
    expect(text(`\${${status} != "FAILED_CONTINUE"}`)).toBe(false);
  });
});

describe('texts from values', () => {
  it.each([
    ["'a'+null", '"anull"'],
    ["'x'+list", '"x1,2"'],
    ["'x'+{1,2}+'x'", '"x1,2x"'],
    ["'x'+{a:{b:1}}", '"x{a={b=1}}"'],
    ["'x'+3.0", '"x3.0"'],
    ["'x'+1e10", '"x1.0E10"'],
  ])('%s is %s', (expression, expected) => {
    expect(value(expression)).toBe(expected);
  });

  it('around an expression take a list, refuse a map, and leave null as it is written', () => {
    expect(text('v ${list}x')).toBe('v 1,2x');
    expect(text('v ${m}')).toBe('v ${m}');
    expect(text('v ${parameters.none}')).toBe('v ${parameters.none}');
  });

  it('a lone expression keeps its kind', () => {
    expect(text('${list}')).toEqual([1, 2]);
    expect(text('${m.a}')).toEqual({ b: 1 });
    expect(text('${1 + 1}')).toBe(2);
  });
});

describe('writing', () => {
  it.each([['1 < 2 < 3'], ['a b'], [''], ['${x}']])('%j cannot be read', (expression) => {
    expect(value(expression)).toBe('error');
  });

  it.each([['${ ${key} }'], ['${key'], ['a ${key} ${key'], ['${}']])('%s stays as a whole', (written) => {
    expect(text(written)).toBe(written.replace(/^a \$\{key\}/, 'a the key'));
  });

  it.each([
    ["'it''s'", '"it\'s"'],
    ['"a""b"', '"a\\"b"'],
    ["'\\n'", '"\\\\n"'],
  ])('%s doubles its quotes, and its backslashes are plain: %s', (expression, expected) => {
    expect(value(expression)).toBe(expected);
  });

  it('ends at the brace outside of quotes and pairs', () => {
    expect(text("${ '}' }")).toBe('}');
    expect(text("${ {a:{b:'c'}} }")).toEqual({ a: { b: 'c' } });
  });

  it('has no escape for its beginning', () => {
    expect(text('\\${key} $${key}')).toBe('\\the key $the key');
  });
});
