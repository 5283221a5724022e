import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildPackage, type HelloBuild } from '../hello-package.ts';
import type { BuildFolder, BuildRecord } from './build-folder.ts';

const SOURCES = fileURLToPath(new URL('../../hello/', import.meta.url));

/** Runs a build as a CI server would: checks the sources out into a workspace, builds the package, archives it. */
export async function runBuild(folder: BuildFolder, job: string, build: HelloBuild): Promise<BuildRecord> {
  const record: BuildRecord = {
    job,
    number: build.number,
    result: 'SUCCESS',
    timestamp: Date.now(),
    branch: 'main',
    commit: build.commit,
  };
  await folder.record(record);
  const workspace = folder.workspace(job, build.number);
  await cp(SOURCES, workspace, { recursive: true });
  await buildPackage(build, workspace, folder.archive(job, build.number));
  return record;
}
