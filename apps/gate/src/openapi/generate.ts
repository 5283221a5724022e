import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { openApiDocument } from './document.ts';

// Writes docs/openapi/gate.json; with --check, only says whether it is current (exit code 1 when it is not).
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const file = join(root, 'docs/openapi/gate.json');

/** As the formatter leaves it, so that the two never disagree. */
function wanted(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gennaker-openapi-'));
  try {
    const draft = join(folder, 'gate.json');
    writeFileSync(draft, `${JSON.stringify(openApiDocument(manifest.version), null, 2)}\n`);
    const oxfmt = join(root, 'node_modules/oxfmt/bin/oxfmt');
    execFileSync(process.execPath, [oxfmt, '-c', join(root, '.oxfmtrc.json'), draft], { cwd: folder, stdio: 'ignore' });
    return readFileSync(draft, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function kept(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const text = wanted();
if (kept() !== text) {
  if (process.argv.includes('--check')) {
    process.stdout.write('docs/openapi/gate.json is stale.\n');
    process.exitCode = 1;
  } else {
    mkdirSync(join(root, 'docs/openapi'), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write('docs/openapi/gate.json is written.\n');
  }
}
