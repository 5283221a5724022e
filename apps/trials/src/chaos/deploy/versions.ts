import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { stageImage } from '../../../../cloudlab/src/cloudlab.fixture.ts';
import { type Compute, until } from '../../bench/cloudlab/compute.ts';

/** Versions of the program that is deployed, by what is the matter with them. */
export const VERSIONS = ['good', 'slow-boot', 'answers-500', 'fails-health', 'never-answers'] as const;
/** @see VERSIONS */
export type Version = (typeof VERSIONS)[number];

/** Versions that must not stay. */
export const BAD_VERSIONS: readonly Version[] = ['answers-500', 'fails-health', 'never-answers'];

/** Path that health checks ask for. */
export const HEALTH_PATH = '/health';

const imageSchema = z.looseObject({ status: z.string() });
const PATIENCE_S = 60;

/** How long a slow one boots, milliseconds. */
const SLOW_BOOT_MS = 6_000;

/**
 * The program of all versions: says which instance answered, after the `delay` (ms) that the request asks for;
 * `/hang?ms=N` keeps it from answering anything for so long. Plain text: it runs inside an image of its own.
 */
const PROGRAM = `
const http = require('node:http');
const { INSTANCE_NAME: name, VERSION: version, HOST, PORT } = process.env;
let hungUntil = 0;
const server = http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://instance');
  const answer = () => {
    const hung = hungUntil - Date.now();
    if (hung > 0) return setTimeout(answer, hung);
    if (version.includes('never-answers')) return;
    const ill = version.includes(pathname === '${HEALTH_PATH}' ? 'fails-health' : 'answers-500');
    response.writeHead(ill ? (pathname === '${HEALTH_PATH}' ? 503 : 500) : 200, { 'x-version': name });
    response.end('Hello from version ' + name + ' on ' + name + '\\n');
  };
  if (pathname !== '/hang') return setTimeout(answer, Number(searchParams.get('delay')) || 0);
  hungUntil = Date.now() + Number(searchParams.get('ms'));
  response.end();
});
setTimeout(() => server.listen(PORT, HOST, () => console.log('listening')), version.includes('slow-boot') ? ${SLOW_BOOT_MS} : 0);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

/** Name of a version's image. */
export function imageOf(version: Version): string {
  return `chaos-${version}`;
}

/** Makes the images of the versions that are not there yet. @param data folder of the system whose local cloud gets them */
export async function makeImages(compute: Compute, data: string, versions: Iterable<Version>): Promise<void> {
  const status = (name: string): Promise<string | undefined> =>
    compute.call('GET', `global/images/${name}`).then(
      (image) => imageSchema.parse(image).status,
      () => undefined,
    );
  for (const version of new Set(versions)) {
    const name = imageOf(version);
    if ((await status(name)) === undefined) {
      // Another run on the same system may make it at this moment.
      const source = await stageImage(data, `${name}-${process.pid}`, {});
      await writeFile(join(fileURLToPath(source), 'rootfs/app.js'), PROGRAM);
      await compute.done('POST', 'global/images', { name, rawDisk: { source } }).catch((cause: unknown) => {
        if (!String(cause).includes(': 409 ')) throw cause;
      });
    }
    await until(`the image ${name} is ready`, PATIENCE_S, async () => (await status(name)) === 'READY');
  }
}
