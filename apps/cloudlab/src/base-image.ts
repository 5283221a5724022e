import { resolve } from 'node:path';
import { DEBIAN_12_NODEJS, makeBaseImage } from '@gennaker/cloudlab/base-image';

const [, , folder] = process.argv;
if (folder === undefined) {
  process.stderr.write('Which folder? Usage: node apps/cloudlab/src/base-image.ts DIR\n');
  process.exit(2);
}
try {
  await makeBaseImage(resolve(folder), DEBIAN_12_NODEJS, (line) => process.stdout.write(`${line}\n`));
} catch (cause) {
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exit(1);
}
