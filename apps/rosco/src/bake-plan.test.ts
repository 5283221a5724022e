import { expect, test } from 'vitest';
import { type BakeInputs, bakeKey, imageDescription, imageName } from './bake-plan.ts';
import { appVersion, parsePackageFileName } from './package-name.ts';

const inputs: BakeInputs = {
  provider: 'gce',
  account: 'a',
  project: 'p',
  baseImage: { name: 'debian-1', id: '1', selfLink: 'l' },
  template: { file: 'cloudlab.json', digest: 'd' },
  files: [{ fileName: 'hello_1_all.deb', url: 'http://one/', sha256: 'aa' }],
  repositoryPackages: [],
  variables: { appversion: 'hello-1', build_host: 'h' },
};

test('the key does not care where a file came from, nor for the order of variables', () => {
  const same: BakeInputs = {
    ...inputs,
    files: [{ fileName: 'hello_1_all.deb', url: 'http://two/', sha256: 'aa' }],
    variables: { build_host: 'h', appversion: 'hello-1' },
  };
  expect(bakeKey(same)).toBe(bakeKey(inputs));
});

test.each<[string, Partial<BakeInputs>]>([
  ['base image', { baseImage: { ...inputs.baseImage, id: '2' } }],
  ['template', { template: { file: 'cloudlab.json', digest: 'e' } }],
  ['file content', { files: [{ fileName: 'hello_1_all.deb', url: 'http://one/', sha256: 'bb' }] }],
  ['variables', { variables: { ...inputs.variables, more: 'x' } }],
  ['account', { account: 'b' }],
])('another %s is another key', (_what, change) => {
  expect(bakeKey({ ...inputs, ...change })).not.toBe(bakeKey(inputs));
});

test('an image name is a Google Compute name that ends with the key, whatever the package is called', () => {
  const key = 'abcdef0123456789';
  const name = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
  for (const readable of ['hello-1.0.0-h1.abc1234-all', 'X'.repeat(99), '7zip', '___', 'a.'.repeat(40)])
    for (const generation of [0, 12]) {
      const made = imageName(readable, 'debian-12-nodejs', key, generation);
      expect(made).toMatch(name);
      expect(made.endsWith(generation ? 'abcdef012345-r12' : 'abcdef012345')).toBe(true);
    }
});

test('the appversion follows the convention, and is left out where it does not', () => {
  const file = parsePackageFileName('hello_1.0.0-h1.abc1234_all.deb');
  expect(file).toEqual({ name: 'hello', version: '1.0.0-h1.abc1234', arch: 'all' });
  if (!file) return;
  expect(appVersion(file, {})).toBe('hello-1.0.0-h1.abc1234');
  expect(appVersion(file, { job: 'team/hello', build_number: '1' })).toBe('hello-1.0.0-h1.abc1234/team-hello/1');
  expect(appVersion({ ...file, version: '2:1.0-3' }, {})).toBeUndefined();
  expect(parsePackageFileName('nginx')).toBeNull();
});

test('the description says what is known', () => {
  expect(imageDescription({ appversion: 'a', build_host: undefined, build_info_url: 'u' })).toBe(
    'appversion: a, build_info_url: u',
  );
});
