import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { openApiDocument } from './document.ts';

// Writes docs/openapi/gate.json; with --check, only says whether it is current (exit code 1 when it is not).
const folder = new URL('../../../../docs/openapi/', import.meta.url);
const file = new URL('gate.json', folder);
const text = `${JSON.stringify(openApiDocument(manifest.version), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== text) {
    process.stderr.write(
      `${fileURLToPath(file)} is stale: run \`node apps/gate/src/openapi/generate.ts\` and commit it.\n`,
    );
    process.exitCode = 1;
  }
} else {
  await mkdir(folder, { recursive: true });
  await writeFile(file, text);
}
