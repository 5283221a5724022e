import { expect, test } from 'vitest';
import { knownBuilds, matchPackages } from './packages.ts';

const build = (number: number, ...files: string[]) => ({
  name: 'hello',
  number,
  url: `http://ci.example.com/job/hello/${number}/`,
  building: false,
  artifacts: files.map((fileName) => ({ fileName, relativePath: `out dir/${fileName}` })),
  scm: [],
});

test('a name is matched by prefix among the files of the build, whose page leads to the file', () => {
  const match = matchPackages(
    'hello',
    [build(7, 'hello-doc_1_all.deb', 'hello_1.0-h7_all.deb', 'notes.txt')],
    [],
    false,
  );
  expect(match).toMatchObject({
    packages: ['hello_1.0-h7_all'],
    files: [
      {
        fileName: 'hello_1.0-h7_all.deb',
        url: 'http://ci.example.com/job/hello/7/artifact/out%20dir/hello_1.0-h7_all.deb',
      },
    ],
    build: { number: 7 },
  });
});

test('what no build archived is refused with the convention', () => {
  expect(matchPackages('hello', [build(7, 'other_1_all.deb')], [], false)).toMatchObject({
    reason: { summary: 'No file hello_<version>_<arch>.deb was found: hello #7 archived no such file' },
  });
  expect(matchPackages('hello', [], [], false)).toMatchObject({
    reason: { summary: expect.stringContaining('this execution knows no build') },
  });
  expect(matchPackages('hello', [], [], true)).toEqual({ packages: ['hello'], files: [] });
});

test('different files of one package are refused, even when missing ones are allowed', () => {
  const builds = [build(7, 'hello_1_all.deb'), build(8, 'hello_2_all.deb')];
  expect(matchPackages('hello', builds, [], true)).toMatchObject({
    reason: { summary: 'Package hello has several files: hello_1_all.deb, hello_2_all.deb' },
  });
  expect(matchPackages('hello_2_all', builds, [], false)).toMatchObject({ packages: ['hello_2_all'] });
});

test('a URL and a trigger artifact are taken as they are', () => {
  const url = 'http://files.example.com/pool/hello_3_all.deb';
  expect(matchPackages(url, [], [], false)).toMatchObject({ packages: ['hello_3_all'], files: [{ url }] });
  const artifacts = [{ name: 'hello', reference: url }];
  expect(matchPackages('hello', [], artifacts, false)).toMatchObject({ files: [{ url }] });
  const known = matchPackages('hello', [build(3, 'hello_3_all.deb')], artifacts, false);
  expect(known).toMatchObject({ files: [{ url }], build: { number: 3 } });
});

test('an artifact that an account alone can read is handed on with it', () => {
  const of = (type: string, reference: string, more: object = {}) =>
    matchPackages('hello', [], [{ type, reference, ...more }], false);
  const stored = { type: 's3/object', reference: 's3://builds/pool/hello_3_all.deb', artifactAccount: 'store' };
  expect(of('s3/object', stored.reference, { artifactAccount: 'store' })).toMatchObject({
    packages: ['hello_3_all'],
    files: [{ fileName: 'hello_3_all.deb', artifact: stored }],
  });
  const url = 'https://files.example.com/hello_3_all.deb';
  expect(of('http/file', url, { artifactAccount: 'private' })).toMatchObject({
    files: [{ artifact: { reference: url } }],
  });
  expect(of('http/file', url)).toEqual({ packages: ['hello_3_all'], files: [{ fileName: 'hello_3_all.deb', url }] });
});

test('builds of stages before come ahead of the trigger; what is no build is left out', () => {
  const known = knownBuilds({ type: 'jenkins', buildInfo: build(1) }, [build(2), { no: 'build' }]);
  expect(known.map((b) => b.number)).toEqual([2, 1]);
});

test('the package of the nearest build is taken, ahead of the one that triggered', () => {
  const url = (number: number) => `http://ci.example.com/job/hello/${number}/artifact/out/hello_${number}_all.deb`;
  const file = (number: number) => ({ type: 'jenkins/file', name: `hello_${number}_all.deb`, reference: url(number) });
  const builds = knownBuilds({ type: 'jenkins', buildInfo: build(1, 'hello_1_all.deb') }, [
    build(2, 'hello_2_all.deb'),
  ]);
  expect(matchPackages('hello', builds, [file(2), file(1)], false)).toMatchObject({
    packages: ['hello_2_all'],
    files: [{ url: url(2) }],
    build: { number: 2 },
  });
});
