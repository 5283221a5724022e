import { describe, expect, it } from 'vitest';
import type { Answer, Lookup } from './lookups.ts';
import { type Names, resolved, stage, within } from './resolve.fixture.ts';

describe('a text with expressions', () => {
  it.each<[string, unknown, Names, unknown]>([
    ['no marker', 'plain text', {}, 'plain text'],
    ['one name', '${a}', { a: 'X' }, 'X'],
    ['a key of a map', '${m.k}', { m: { k: 'V' } }, 'V'],
    ['two in a text', '${a} and ${a}', { a: 'X' }, 'X and X'],
    ['a path', '${m.n.k}', { m: { n: { k: 'leaf' } } }, 'leaf'],
    ['an item', '${list[0]}', { list: ['first'] }, 'first'],
    ['a key of an item', '${list[1].k}', { list: [0, { k: 'v' }] }, 'v'],
    ['a list in a list', '${list[2][0].k}', { list: [0, 0, [{ k: 'v' }]] }, 'v'],
    ['a comparison with spaces', '${ m.k == "V" }', { m: { k: 'V' } }, true],
    ['a default number', '${ m.missing ?: 60 }', { m: {} }, 60],
    ['a method', '${ s.toLowerCase() }', { s: 'AbC' }, 'abc'],
    ['a replacement', '${ s.replaceAll("-","") }', { s: 'a-b-c' }, 'abc'],
    ['a helper', '${ #alphanumerical(s) }', { s: 'a-b-c' }, 'abc'],
    ['an index by a value of the root', `\${#readJson('{ "X":"two" }')[#root.a]}`, { a: 'X' }, 'two'],
    ['parts between dots', 'p.${a}.q.${a}', { a: 'X' }, 'p.X.q.X'],
    ['a quoted marker, which is text', "p.${'${LIT}'}.q.${a}", { a: 'X' }, 'p.${LIT}.q.X'],
    ['escapes of a regular expression', '${ "ab!".replaceAll("\\W","") }', {}, 'ab'],
    ['a default for an empty text', '${empty ?: "d"}', { empty: '' }, 'd'],
    ['a default for null', '${nul ?: "d"}', { nul: null }, 'd'],
    ['a number in a map', { x: { y: '${n}' } }, { n: 17 }, { x: { y: 17 } }],
    ['a whole map', '${m}', { m: { k: [1] } }, { k: [1] }],
    ['all of a list of maps', ['${a}', { k: ['${a}'] }, 5], { a: 'X' }, ['X', { k: ['X'] }, 5]],
    ['keys', { '${a}': { k: '${a}' }, '${a}again': 1 }, { a: 'X' }, { X: { k: 'X' }, Xagain: 1 }],
    ['JSON of a list of maps', '${#toJson(list)}', { list: [{ k: 1 }, { k: 2 }] }, '[{"k":1},{"k":2}]'],
    ['JSON of an array', '${#toJson(l["r"].split(",")).contains("r2")}', { l: { r: 'r1,r2' } }, true],
    ['JSON of an array without it', '${#toJson(l["r"].split(",")).contains("r2")}', { l: { r: 'r1,r3' } }, false],
    ['JSON of an array of one', '${#toJson(l["r"].split(",")).contains("r2")}', { l: { r: 'r2' } }, true],
    ['JSON of an empty array', '${#toJson(l["r"].split(",")).contains("r2")}', { l: { r: '' } }, false],
    ['zero', "${#toInt('0')}", {}, 0],
    ['a whole number', "${#toInt('1')}", {}, 1],
    ['a number with a fraction that is whole', "${#toFloat('7')}", {}, 7],
    ['numbers with a fraction', "${#toFloat('7.5')}", {}, 7.5],
    ['a word as true', "${#toBoolean('true')}", {}, true],
    ['a word as false', "${#toBoolean('false')}", {}, false],
    ['null as a boolean', '${#toBoolean(null)}', {}, false],
    ['JSON that is a list', "${#readJson('[1,2]')}", {}, [1, 2]],
    ['JSON that is a map', `\${#readJson('{"a":1}')}`, {}, { a: 1 }],
    ['base64', '${#toBase64("Hi X")}', {}, 'SGkgWA=='],
    ['the text of base64', '${#fromBase64("SGkgWA==")}', {}, 'Hi X'],
    ['a number in a text', "t:${trigger['n']}", { trigger: { n: 100 } }, 't:100'],
    ["a map's own text", '${ {"k":"v"}.toString() }', {}, '{k=v}'],
    ['a list in a text', 'v ${l}', { l: [1, 'b'] }, 'v 1,b'],
    ['doubles in a text', 'v ${1e10} ${5.0/2}', {}, 'v 1.0E10 2.5'],
    ['a parameter that is there', '${parameters["b"] ?: "none"}', { parameters: { b: 'v' } }, 'v'],
    ['a parameter that is not', '${parameters["b"] ?: "none"}', { parameters: { other: 1 } }, 'none'],
    ['an id of longs from ints', '${new java.util.UUID(0,0).toString()}', {}, '00000000-0000-0000-0000-000000000000'],
    ['a long in a text', '${T(java.lang.Long).parseLong("123")}', {}, 123],
    ['an int in a text', '${T(java.lang.Integer).parseInt("456")}', {}, 456],
    ['a boolean in a text', '${T(java.lang.Boolean).parseBoolean("true")}', {}, true],
    ['a parameter where there are none', '${parameters["b"] ?: "none"}', { parameters: {} }, 'none'],
    [
      'lists in lists and maps in lists, which stay as they are',
      { l: [['a', [1]], { m: [{ k: null }] }] },
      {},
      { l: [['a', [1]], { m: [{ k: null }] }] },
    ],
    [
      'a part of the user',
      '${execution["authentication"]["user"].split("@")[0]}',
      { execution: { authentication: { user: 'jo@x.org' } } },
      'jo',
    ],
    ['the clock', "${new java.text.SimpleDateFormat('yyyy-MM-dd').format(new java.util.Date())}", {}, '2023-11-14'],
    ['tomorrow', '${T(java.time.LocalDate).now().plusDays(1).toString()}', {}, '2023-11-15'],
    ['a nested expression that is none', "${ '}' }", {}, '}'],
    ['braces of a map', '${ {a:{b:"c"}}.a.b }', {}, 'c'],
    ['no escape for the marker', '\\${a} $${a}', { a: 'X' }, '\\X $X'],
    ['one YAML document', "${#readYaml('a: 1')}", {}, { a: 1 }],
    ['a YAML document after its mark', "${#readYaml('---\na: 1')}", {}, { a: 1 }],
    ['all YAML documents of one', "${#readAllYaml('a: 1')}", {}, [{ a: 1 }]],
    ['all YAML documents of one after its mark', "${#readAllYaml('---\na: 1')}", {}, [{ a: 1 }]],
    ['all YAML documents', "${#readAllYaml('a: 1\n---\nb: 2')}", {}, [{ a: 1 }, { b: 2 }]],
    ['JSON of what is not to be evaluated', '${#toJson(#doNotEval(m))}', { m: { k: '${x}' } }, '{"k":"${x}"}'],
    [
      'JSON of a value that is such an expression itself',
      '${#toJson(#doNotEval(m))}',
      { m: { k: '${#toJson(#doNotEval(x))}' } },
      '{"k":"${#toJson(#doNotEval(x))}"}',
    ],
    [
      'a part of a trigger whose build is no object',
      '${trigger.correlationId}',
      { trigger: { buildInfo: '<html>', correlationId: 'c1' } },
      'c1',
    ],
  ])('%s', (_case, text, names, value) => {
    expect(resolved(text, names)).toEqual({ value, problems: [], lookups: [] });
  });

  it.each<[string, string, Names]>([
    ['an unknown name', '${nope}', {}],
    ['a value that is null', '${nul}', { nul: null }],
    ['a missing closing brace', '${a', { a: 'X' }],
    ['nothing between the braces', '${}', {}],
    ['one in another', '${ ${a} }', { a: 'X' }],
    ['a type that is not on the list', '${T(java.lang.System).exit(1)}', {}],
    ['the runtime', '${T(java.lang.Runtime).runtime.exit(1)}', {}],
    ['a class that cannot be made', "${new java.net.URL('http://x').openConnection()}", {}],
    ['a method that loads classes', "${T(java.lang.Boolean).forName('x')}", {}],
    ['a method of every object', '${new Integer(1).wait(100000)}', {}],
    ['the class of a value', "${new Integer(1).getClass().forName('x')}", {}],
    ['a metaClass property', '${m.metaClass.x}', { m: { k: 1 } }],
    ['a metaClass method', '${m.getMetaClass()}', { m: { k: 1 } }],
    ['system properties', '${T(Long).getLong("a")}', {}],
    ['system properties as ints', '${T(Integer).getInteger("a")}', {}],
    ['system properties as booleans', '${T(Boolean).getBoolean("a")}', {}],
    ['two YAML documents for one', "${#readYaml('a: 1\n---\nb: 2')}", {}],
    ['a YAML tag of a class', "${#readYaml('!!java.net.URL [http://x]')}", {}],
    ['a YAML tag of a class among all documents', "${#readAllYaml('!!java.net.URL [http://x]')}", {}],
    ['a long chain on a class that cannot be made', "${new java.io.File('x').toPath().getParent().toString()}", {}],
    ['metaClass deep in a map', '${m.n.metaClass.x}', { m: { n: { k: 1 } } }],
    ['a metaClass method deep in a map', '${m.n.getMetaClass()}', { m: { n: { k: 1 } } }],
    ['JSON that contains an expression', '${#toJson(m)}', { m: { k: '${x}' } }],
    ['a stage outside of one', '${#currentStage()}', within(stage({}))],
    ['a stage that is not there', "${#stage('nope')}", within(stage({}))],
    ['a refId that is not there', "${#stageByRefId('9')}", within(stage({}))],
    ['a judgment that is not there', "${#judgment('nope')}", within(stage({}))],
    ['an artifact that is not bound', "${#triggerResolvedArtifact('x')}", { trigger: { artifacts: [] } }],
    ['a bash array', '${VALUES[*]}', {}],
    ['assignment', '${a = 5}', { a: 1 }],
    ['counting up', '${a++}', { a: 1 }],
    ['a bean', '${@bean}', {}],
    ['a giant repeat', "${'x'.repeat(100000000)}", {}],
  ])('%s leaves the text as it is, and one entry that says why', (_case, text, names) => {
    const { value, problems } = resolved(text, names);
    expect(value).toBe(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.expression).not.toContain('$');
  });

  it('leaves the parts that cannot be resolved, with one entry for their text', () => {
    expect(resolved('p.${U1}.q.${a}', { a: 'X' })).toMatchObject({
      value: 'p.${U1}.q.X',
      problems: [{ expression: 'p.{U1}.q.{a}', level: 'INFO' }],
    });
    expect(resolved({ f: 'p.${U1}.q.${U2}' })).toEqual({
      value: { f: 'p.${U1}.q.${U2}' },
      problems: [
        {
          expression: 'p.{U1}.q.{U2}',
          level: 'INFO',
          description: 'Failed to evaluate f: {U1}: it has no value; {U2}: it has no value',
        },
      ],
      lookups: [],
    });
    expect(resolved('v ${m}', { m: { k: 1 } })).toMatchObject({ value: 'v ${m}', problems: [{ level: 'ERROR' }] });
  });

  it('tells of a long text its beginning', () => {
    const { problems } = resolved(`echo \${VALUES[*]}; ${'x'.repeat(100_000)}`);
    expect(problems[0]?.expression).toMatch(/^echo \{VALUES\[\*\]\}; x{900,1000}\.\.\.$/);
  });

  it('a name that is not there, with a text behind it, stays where missing keys are errors', () => {
    expect(resolved('${nope}-tail', {}, { unknownKeys: 'error' })).toMatchObject({
      value: '${nope}-tail',
      problems: [{ level: 'ERROR' }],
    });
  });

  it('a missing key is null in a stage and an error at the start of a pipeline', () => {
    expect(resolved('${nope ?: "d"}').value).toBe('d');
    for (const unknownKeys of ['null', 'error'] as const)
      for (const names of [{ a: '' }, { a: null }])
        expect(resolved('${a ?: "d"}', names, { unknownKeys }).value).toBe('d');
    expect(resolved('${nope ?: "d"}', {}, { unknownKeys: 'error' }).value).toBe('${nope ?: "d"}');
    expect(resolved('${m.x ?: "d"}', { m: {} }, { unknownKeys: 'error' }).value).toBe('${m.x ?: "d"}');
    expect(resolved("${m['x'] ?: 'd'}", { m: {} }, { unknownKeys: 'error' }).value).toBe('d');
  });

  it('a comparison of 10,975 characters evaluates with a raised limit', () => {
    const text = `\${"${'x'.repeat(10_966)}" == "y"}`;
    expect(text).toHaveLength(10_975 + 3);
    expect(resolved(text).value).toBe(text);
    expect(resolved(text, {}, { limits: { length: 20_000, steps: 1_000, depth: 64, size: 1_000_000 } }).value).toBe(
      false,
    );
  });

  it('a sum of thousands of terms is no deep recursion', () => {
    expect(resolved(`\${${'1+'.repeat(4_900)}1}`).value).toBe(4_901);
  });
});

describe('look-ups outside', () => {
  const texts = ["${#fromUrl('http://a')}", "${#pipelineId('p')}", "${#fromUrl('http://a')} again"];

  it('are asked for, each once, and the texts stay', () => {
    const { value, lookups } = resolved(texts, {}, { lookUp: () => undefined });
    expect(value).toEqual(texts);
    expect(lookups.map(({ lookup }) => lookup)).toEqual([
      { kind: 'url', url: 'http://a' },
      { kind: 'pipelineId', name: 'p' },
    ]);
  });

  it('are read from their answers', () => {
    const lookUp = (lookup: Lookup): Answer =>
      lookup.kind === 'url' ? { value: 'BODY' } : { error: 'front50 is down' };
    const { value, problems, lookups } = resolved(texts, {}, { lookUp });
    expect(value).toEqual(['BODY', "${#pipelineId('p')}", 'BODY again']);
    expect(problems).toMatchObject([
      { level: 'ERROR', description: expect.stringContaining('front50 is down') as string },
    ]);
    expect(lookups).toEqual([]);
  });

  it('read JSON, YAML and properties', () => {
    const bodies: Record<string, string> = { j: '{"a":1}', y: 'a: [1]', p: '# note\nA=1\nB : two words\n' };
    const lookUp = (lookup: Lookup): Answer => ({ value: bodies[lookup.kind === 'url' ? lookup.url : ''] });
    const answer = (text: string) => resolved(text, {}, { lookUp }).value;
    expect(answer("${#jsonFromUrl('j').a}")).toBe(1);
    expect(answer("${#yamlFromUrl('y').a[0]}")).toBe(1);
    expect(answer("${#propertiesFromUrl('p')}")).toEqual({ A: '1', B: 'two words' });
  });

  it('are refused where nothing can be asked', () => {
    expect(resolved("${#fromUrl('http://a')}").problems).toMatchObject([{ level: 'ERROR' }]);
  });
});

it('random numbers and ids grow from the seed: the same one gives the same ones', () => {
  const text = '${T(java.util.UUID).randomUUID().toString()} ${new java.util.Random().nextInt(1000)}';
  expect(resolved(text).value).toBe(resolved(text).value);
  expect(resolved(text).value).not.toBe(resolved(text, {}, { seed: 'other' }).value);
  expect(resolved(text).value).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} \d+$/);
});
