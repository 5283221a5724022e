import { ServiceError } from '@gennaker/contracts/error';
import type { BuildInfo } from '@gennaker/contracts/igor';
import type { JenkinsConnection } from './jenkins/jenkins-connection.ts';
import { propertiesOf } from './jenkins/property-file.ts';

/** Files of one build that are read; builds that archive reports have hundreds. */
const MOST_FILES = 10;
const READABLE = /\.(?:properties|ya?ml|json)$/i;

/** What a file says, or why it could not be read. */
export type ArchivedProperties = { readonly properties: Record<string, unknown> } | { readonly problem: string };

/**
 * The property files that a build archived, by name: triggers say which one their conditions are about. `.properties` first
 * where there are many.
 * @throws ServiceError 5xx when the master does not answer
 */
export async function archivedProperties(
  master: JenkinsConnection,
  job: string,
  build: BuildInfo,
): Promise<Record<string, ArchivedProperties>> {
  const names = [...new Set(build.artifacts.map(({ fileName }) => fileName).filter((name) => READABLE.test(name)))];
  const order = (name: string): number => (name.endsWith('.properties') ? 0 : 1);
  const chosen = names.toSorted((a, b) => order(a) - order(b) || a.localeCompare(b));
  const read = await Promise.all(
    chosen.map(async (name, place): Promise<[string, ArchivedProperties]> => {
      if (place >= MOST_FILES)
        return [name, { problem: `it is not among the first ${MOST_FILES} property files of the build` }];
      try {
        return [name, { properties: await propertiesOf(master, job, build, name) }];
      } catch (error) {
        if (!(error instanceof ServiceError) || error.status >= 500) throw error;
        return [name, { problem: error.message }];
      }
    }),
  );
  return Object.fromEntries(read);
}
