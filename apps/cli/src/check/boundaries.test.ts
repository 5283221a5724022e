import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../../../..');
const configFile = join(root, '.dependency-cruiser.mjs');

/** One violation per rule: the file that holds it, and what it imports. */
const planted: Record<string, [file: string, imports: string]> = {
  'contracts-need-zod-alone': ['libs/contracts/src/a.ts', '../../client/src/fine.ts'],
  'client-and-sdk-need-contracts-alone': ['libs/extension-sdk/src/a.ts', '../../engine/src/fine.ts'],
  'pure-libs-know-no-io': ['libs/engine/src/clock.ts', 'node:fs'],
  'pure-libs-know-no-shell': ['libs/expressions/src/a.ts', '../../store/src/fine.ts'],
  'extension-stands-alone': ['libs/stages/wait/stage.ts', '../bake/stage.ts'],
  'extension-form-knows-its-schema': ['libs/stages/wait/ui.tsx', './stage.ts'],
  'extension-schema-is-browser-safe': ['libs/triggers/cron/schema.ts', 'node:crypto'],
  'libs-know-no-apps': ['libs/runner/src/a.ts', '../../../apps/orca/src/fine.ts'],
  'service-and-store-know-no-extension': ['libs/service/src/a.ts', '../../stages/bake/stage.ts'],
  'apps-talk-over-http': ['apps/gate/src/a.ts', '../../orca/src/fine.ts'],
  'cli-starts-modules-alone': ['apps/cli/src/a.ts', '../../orca/src/fine.ts'],
  'nest-at-the-edge': ['apps/orca/src/use-case.ts', '@nestjs/common'],
  'browser-code-stays-in-the-browser': ['apps/deck/src/web/a.ts', '../../../../libs/engine/src/fine.ts'],
  'browser-has-no-node': ['libs/ui/src/a.tsx', 'node:path'],
  'fixtures-are-for-tests': ['apps/echo/src/a.ts', '../../../libs/fixtures/src/fine.ts'],
  'no-cycles': ['libs/store/src/one.ts', './two.ts'],
};

/** What the rules allow, so that no rule passes its test by forbidding everything. */
const clean: Record<string, string> = {
  'libs/client/src/fine.ts': "import '../../contracts/src/fine.ts';",
  'libs/contracts/src/fine.ts': "import { z } from 'zod'; export const a = z;",
  'libs/engine/src/fine.ts': "import '../../extension-sdk/src/fine.ts';",
  'libs/extension-sdk/src/fine.ts': "import '../../contracts/src/fine.ts';",
  'libs/fixtures/src/fine.ts': "import '../../store/src/fine.ts';",
  'libs/store/src/fine.ts': "import 'node:fs'; import '../../contracts/src/fine.ts';",
  'libs/store/src/two.ts': "import './one.ts';",
  'libs/store/src/type-a.ts': "import type { B } from './type-b.ts'; export type A = B | 1;",
  'libs/store/src/type-b.ts': "import type { A } from './type-a.ts'; export type B = A | 2;",
  'libs/stages/bake/schema.ts': "import { z } from 'zod'; export const b = z;",
  'libs/stages/bake/stage.ts': "import './schema.ts'; import '../../extension-sdk/src/fine.ts';",
  'libs/stages/bake/ui.tsx': "import './schema.ts'; import '../../ui/src/fine.tsx'; import 'react';",
  'libs/stages/bake/stage.test.ts': "import '../../fixtures/src/fine.ts';",
  'libs/stages/ui.ts': "import './bake/ui.tsx';",
  'libs/ui/src/fine.tsx': "import '../../contracts/src/fine.ts';",
  'apps/orca/src/fine.ts': "import '../../../libs/engine/src/fine.ts';",
  'apps/orca/src/module.ts': "import '@nestjs/common'; import './fine.ts';",
  'apps/cli/src/services.ts': "import '../../orca/src/module.ts';",
  'apps/deck/src/web/fine.ts': "import '../../../../libs/stages/ui.ts';",
};

const reportSchema = z.object({
  summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })) }),
});

let folder: string;
let violations: { from: string; rule: { name: string } }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gennaker-boundaries-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const files = Object.entries(clean);
  for (const [file, imports] of Object.values(planted)) files.push([file, `import '${imports}';`]);
  for (const [file, text] of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [cruiser, '--config', configFile, '--output-type', 'json', 'apps', 'libs'];
  const options = { cwd: folder, maxBuffer: 50_000_000 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options).catch(
    (error: { stdout: string }) => error,
  );
  ({ violations } = reportSchema.parse(JSON.parse(stdout)).summary);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('has a planted violation for every rule', async () => {
  const config = (await import(configFile)) as { default: { forbidden: { name: string }[] } };
  expect(Object.keys(planted)).toEqual(config.default.forbidden.map(({ name }) => name));
});

it.each(Object.entries(planted))('%s reports its planted violation', (rule, [file]) => {
  expect(violations).toContainEqual(
    expect.objectContaining({ from: file, rule: expect.objectContaining({ name: rule }) }),
  );
});

it('reports nothing in files that keep the rules', () => {
  const wrong = violations.filter(({ from, rule }) => from in clean && rule.name !== 'no-cycles');
  expect(wrong).toEqual([]);
});
