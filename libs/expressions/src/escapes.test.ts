import { describe, expect, it } from 'vitest';
import { type Names, resolved, stage, within } from './resolve.fixture.ts';

const secret = { deep: { er: ['x'] } };
const names: Names = {
  s: 'text',
  n: 5,
  l: [1, 'x'],
  m: { k: 'v', f: secret },
  long: 'a'.repeat(1_000),
  ...within(stage({ name: 'Bake' })),
};

/** Each is refused: the text stays, one entry says why, and the world is as it was. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'ways to host objects': [
    "s.constructor('return process')()",
    "m.f.constructor.constructor('return process')().exit(1)",
    "m['k'].constructor",
    's.__proto__.polluted',
    "s['__proto__']['x']",
    'l.constructor',
    'l.__proto__.push(1)',
    "l.map('x')",
    'm.hasOwnProperty(s)',
    "m.__defineGetter__('k', s)",
    'm.valueOf().constructor',
    's.call(null)',
    's.bind(m)',
    'n.toFixed(2)',
    'n.constructor.prototype',
    "#stage('Bake').constructor('x')",
    "#constructor('x')",
    "#hasOwnProperty('x')",
    "#__proto__('x')",
    'T(constructor)',
    'T(__proto__)',
    'new constructor()',
    'new __proto__()',
    "T(String).constructor('x')",
    'T(Math).__proto__',
    'T(String).prototype.toString()',
  ],
  'keys made of texts': [
    "s['constr' + 'uctor']",
    "l['__pro' + 'to__'].x",
    "{'constructor'}[0].getClass()",
    "m['f']['con'.concat('structor')]('x')",
  ],
  classes: [
    "''.class",
    "''.getClass()",
    "''.class.forName('java.lang.Runtime')",
    "''['class']",
    '#root.class.x',
    '#root.getClass()',
    '#this.getClass()',
    'm.getClass()',
    'T(String).getClass()',
    'T(java.lang.Runtime)',
    'T(java.lang.Runtime).getRuntime()',
    "T(java.lang.Runtime).getRuntime().exec('id')",
    'T(java.lang.System).getenv()',
    'T(java.lang.Class).forName("java.lang.Runtime")',
    'T(java.lang.ClassLoader)',
    'T(java.lang.Thread).sleep(1000)',
    "T(java.nio.file.Files).readAllLines('/etc/passwd')",
    'T(org.springframework.util.StreamUtils)',
    "new java.lang.ProcessBuilder('id').start()",
    "new java.net.URL('http://x').openConnection()",
    "new java.io.File('/etc/passwd')",
    'new java.util.Scanner(s)',
    'new javax.script.ScriptEngineManager()',
    "T(Boolean).getBoolean('x')",
    "T(Integer).getInteger('x')",
    "T(Long).getLong('x')",
  ],
  'methods of every object': [
    's.wait()',
    's.wait(1000)',
    'n.notify()',
    'l.notifyAll()',
    'm.clone()',
    's.finalize()',
    'l.iterator()',
    'l.stream()',
    "m.forEach('x')",
    'l.add(1)',
    'l.clear()',
    "m.put('k', 1)",
    "m.remove('k')",
  ],
  assignment: [
    'n = 5',
    'm.k = 5',
    'm.k++',
    '++n',
    'n--',
    '#root.n = 1',
    "m['k'] = 1",
    '@bean',
    '@bean.call()',
    '&factory',
  ],
  'repeats and sizes': [
    's.repeat(100000000)',
    's * 100000000',
    "'x'.repeat(2147483647)",
    'new String[999999999]',
    'new int[2147483647]',
    "T(String).format('%999999d', 1) + T(String).format('%999999d', 1)",
    "T(String).format('%2147483647d', 1)",
    "long.replaceAll('a', long).replaceAll('a', long)",
    "long.replace('a', long).replace('a', long)",
    "long.replaceAll('(a)', '$1$1$1$1$1$1$1$1').replaceAll('(a)', long)",
    '1e999',
    '99999999999999999999L',
    '2147483648',
    '1e1000000',
    `{${"'".padStart(1, ' ')}x'}.nope()`,
    `${'!'.repeat(900)}true`,
    `${'('.repeat(500)}1${')'.repeat(500)}`,
    `${'{'.repeat(500)}1${'}'.repeat(500)}`,
    `${'['.repeat(500)}`,
    `l${'[0]'.repeat(1_500)}`,
    `n${'.x'.repeat(3_000)}`,
    `${"{'a':".repeat(100)}1${'}'.repeat(100)}`,
    `'${'x'.repeat(20_000)}'`,
  ],
  'regular expressions': [
    "s matches '(?=a)a+'",
    "s matches '(a)\\1'",
    "s matches '(?<!a)b'",
    `s matches '${'(a{1000})'.repeat(50)}'`,
    "s matches '((a{1000}){1000}){1000}'",
    `s matches '(${'b'.repeat(900)}){1000}'`,
    "s.split('(')",
    "s.replaceAll('[', 'x')",
    "s.replaceAll('t', '$9')",
    "s.replaceAll('t', '${nope}')",
    "s.replaceAll('t', '\\')",
    `s matches '${'a'.repeat(2_000)}'`,
  ],
  'texts of other languages': [
    "#readJson('{')",
    `#readJson('${'['.repeat(5_000)}')`,
    `#readYaml('a: &a [x]${' *a'.repeat(5)}')`,
    "#readYaml('a: &a [*a]')",
    "#readYaml('!!java.net.URL [http://x]')",
    `#readYaml('${Array.from({ length: 12 }, (_, at) => `${String.fromCharCode(98 + at)}: &${String.fromCharCode(98 + at)} [${Array.from({ length: 9 }, () => (at === 0 ? 'x' : `*${String.fromCharCode(97 + at)}`)).join(',')}]`).join('\n')}')`,
    "#fromUrl('file:///etc/passwd')",
    "#toInt('9'.repeat(400))",
    "#fromBase64('***')",
  ],
};

describe.each(Object.entries(REFUSED))('%s lead nowhere', (_kind, expressions) => {
  it.each(
    expressions.map((expression) => [
      expression.length > 70 ? `${expression.slice(0, 67)}...` : expression,
      expression,
    ]),
  )('%s', (_shown, expression) => {
    const before = JSON.stringify(names);
    const written = `\${${expression}}`;
    const { value, problems } = resolved(written, names);
    expect(value).toBe(written);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.description).toMatch(/^Failed to evaluate /);
    expect(JSON.stringify(names)).toBe(before);
    expect('polluted' in {}).toBe(false);
  });
});

describe('names of host objects are names like any other', () => {
  it.each(['constructor', '__proto__', 'prototype', 'class', 'process', 'globalThis', 'require', 'toString'])(
    '%s is nothing where nobody gave it',
    (name) => {
      for (const text of [`\${${name}}`, `\${m.${name}}`, `\${m['${name}']}`, `\${#root.${name}}`])
        expect(resolved(text, names)).toMatchObject({ value: text, problems: [{ level: 'INFO' }] });
      expect(resolved(`\${{'${name}': 1}['${name}']}`, names).value).toBe(1);
    },
  );
});

describe('what goes on and on ends at its limit', () => {
  const ends = (text: string, more: Names = {}): void => {
    const { value, problems } = resolved(text, { ...names, ...more });
    expect(value).toBe(text);
    expect(problems.length).toBeGreaterThan(0);
  };
  const many = Array.from({ length: 10_000 }, (_, at) => at);
  const large = 'ab'.repeat(400_000);

  it.each([
    ['a selection in a selection in a selection', '${many.?[#root.many.?[#root.many.?[true].size() > 0].size() > 0]}'],
    ['a list that is doubled again and again', `\${${'{'.repeat(20)}many${',many}'.repeat(20)}.toString()}`],
    ['a comparison of long texts', '${many.?[#root.large == #root.large + ""]}'],
    ['a change of long texts', '${many.![#root.large.toUpperCase().toLowerCase().trim()]}'],
    ['a regular expression over a long text', "${many.![#root.large matches '(a+b+)+c']}"],
    ['a regular expression that repeats a lot', "${many.![#root.large matches '(a?b?){200}c']}"],
    ['regular expressions, each a new one', "${many.![#root.large matches '(a|b){' + (#this + 1) + '}']}"],
    ['a replacement that grows', "${large.replaceAll('a', large)}"],
    ['a split of a long text', "${many.![#root.large.split('a')]}"],
    ['JSON of something large', '${many.![#toJson(#root.many)]}'],
    ['YAML, read again and again', '${many.![#readYaml(#root.large)]}'],
    ['texts put one behind another', '${many.![#root.large + #root.large]}'],
    ['results that are large together', '${many.![#root.large]}'],
    ['texts that are joined', '${T(String).join(#root.large, many)}'],
    ['keys of a large map', '${many.![#root.map.keySet()]}'],
  ])('%s', (_what, text) => {
    ends(text, { many, large, map: Object.fromEntries(many.map((at) => [`k${at}`, at])) });
  });

  it('a text of many expressions', () => {
    ends('${large}'.repeat(2_000), { large });
  });

  it('many texts', () => {
    const texts = Array.from({ length: 100 }, () => '${large}');
    const { value, problems } = resolved(texts, { large });
    expect((value as string[]).filter((text) => text === large).length).toBeLessThan(10);
    expect(problems.length).toBeGreaterThan(90);
  });
});
