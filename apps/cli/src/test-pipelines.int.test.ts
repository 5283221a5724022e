import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pipelineTests } from './test-pipelines.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder: string;

/** Runs `gennaker` as a person in that folder. */
function gennaker(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
    execFile(process.execPath, [join(root, 'apps/cli/launch.mjs'), ...args], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, text: out + err }),
    );
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gennaker-guide-'));
  const guide = await readFile(join(root, 'docs/guide/test-your-pipelines.md'), 'utf8');
  for (const [, file = '', text = ''] of guide.matchAll(/```ts file=(\S+)\n([\s\S]*?)```/g)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the guide works when it is followed word by word, in a folder anywhere', async () => {
  const { code, text } = await gennaker('test', 'pipelines');
  expect(text).toMatch(/pass 5/);
  expect(text).toMatch(/fail 0/);
  expect(code).toBe(0);
});

it('a test that fails fails the run, and its message tells what each stage did', async () => {
  const file = join(folder, 'pipelines/wrong.pipeline.test.ts');
  const imports = `import { test } from 'node:test';\nimport { expectPipeline } from '@gennaker/testing';\nimport { nightly } from './nightly.ts';\n`;
  await writeFile(
    file,
    `${imports}test('wrong', () => expectPipeline(nightly).with({ day: 'x' }).toSucceed().then(() => undefined));\n`,
  );
  const { code, text } = await gennaker('test', file);
  expect(code).toBe(1);
  expect(text).toMatch(/6:00:00 {2}TERMINAL +Make the report - The test has no answer for POST/);
});

it('says what tests are called where there are none', () => {
  expect(() => pipelineTests(tmpdir(), ['nowhere-at-all'])).toThrow(/There is no file or folder/);
});
