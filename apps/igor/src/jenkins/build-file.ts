import { notFound } from '@gennaker/contracts/error';
import type { JenkinsConnection } from './jenkins-connection.ts';

/** Archived files of builds, below a master's address. */
const ARCHIVED = /^(?:job\/[^/]+\/)+\d+\/artifact\/./;

/**
 * Opens an archived file by its address, with the credentials of the master that the address is of.
 * @throws ServiceError 404 when it is of none, or is no archived file; else as the connection says
 */
export async function openBuildFile(
  masters: readonly JenkinsConnection[],
  url: string,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  // Parsed first: what climbs out of a path by dots is seen where it ends.
  const { href } = new URL(url);
  const master = masters.find(
    (each) => href.startsWith(each.url('')) && ARCHIVED.test(href.slice(each.url('').length)),
  );
  if (master) return master.openFile(href, signal);
  throw notFound(`${url} is no archived file of a configured Jenkins`, {
    field: 'url',
    fix: 'name a file that a build archived, or add the Jenkins under jenkins.masters in gennaker.yml',
    ofNoMaster: true,
  });
}
