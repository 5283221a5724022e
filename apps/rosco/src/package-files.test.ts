import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPackageFiles } from './package-files.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'gennaker-packages-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

it('the package of an artifact is fetched with its account, and again where it is no longer kept', async () => {
  const fetched: unknown[] = [];
  const nobody = () => Promise.reject(new Error('no address is called'));
  const files = createPackageFiles(folder, nobody, {
    fetchBuildFile: nobody,
    fetchArtifact: (artifact) => {
      fetched.push(artifact);
      return Promise.resolve(new Blob(['a package']).stream());
    },
  });
  const artifact = { type: 's3/object', reference: 's3://builds/hello_1_all.deb' };
  const file = await files.fetch({ fileName: 'hello_1_all.deb', url: artifact.reference, artifact });
  expect(await readFile(await files.path(file), 'utf8')).toBe('a package');
  expect(fetched).toHaveLength(1);
  await files.drop([file.sha256]);
  expect(await readFile(await files.path(file), 'utf8')).toBe('a package');
  expect(fetched).toEqual([artifact, artifact]);
});

it('the package of a build is read by way of its build server; an address of none is called', async () => {
  const bytes = new TextEncoder().encode('from elsewhere');
  const files = createPackageFiles(folder, () => Promise.resolve({ status: 200, headers: {}, body: '', bytes }), {
    fetchArtifact: () => Promise.reject(new Error('there is no artifact')),
    fetchBuildFile: async (url) => (url.startsWith('http://ci/') ? new Blob(['from the build']).stream() : undefined),
  });
  const read = async (url: string) =>
    readFile(await files.path(await files.fetch({ fileName: 'hello_1_all.deb', url })), 'utf8');
  expect(await read('http://ci/job/hello/1/artifact/hello_1_all.deb')).toBe('from the build');
  expect(await read('http://pool/hello_1_all.deb')).toBe('from elsewhere');
});
