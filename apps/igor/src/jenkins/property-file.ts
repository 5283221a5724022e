import { badRequest, notFound } from '@gennaker/contracts/error';
import type { BuildInfo, PropertyFile } from '@gennaker/contracts/igor';
import { parse } from 'yaml';
import { z } from 'zod';
import { artifactUrl, buildUrl, fetchBuild } from './jenkins-api.ts';
import type { JenkinsConnection } from './jenkins-connection.ts';
import { readJavaProperties } from './java-properties.ts';

const MOST_BYTES = 1024 * 1024;
const MOST_ALIASES = 100;
const objectSchema = z.record(z.string(), z.unknown());

/**
 * Reads a property file: `.yml` and `.yaml` as YAML, `.json` as JSON, everything else as Java properties.
 * @throws ServiceError 400 that says what is wrong with it
 */
export function readProperties(fileName: string, bytes: Uint8Array): Record<string, unknown> {
  const refuse = (why: string): never => {
    throw badRequest(`${fileName} cannot be read as properties: ${why}`, {
      field: 'file',
      fix: 'let the build archive names with values: .properties, or an object in .json or .yml',
    });
  };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('it is no UTF-8 text');
  }
  if (!/\.(?:ya?ml|json)$/i.test(fileName)) return readJavaProperties(text);
  let value: unknown;
  try {
    value = /\.json$/i.test(fileName) ? JSON.parse(text) : parse(text, { maxAliasCount: MOST_ALIASES });
  } catch (error) {
    return refuse((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');
  }
  if (value === null || value === undefined) return {};
  const parsed = objectSchema.safeParse(value);
  return parsed.success ? parsed.data : refuse(`it holds ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}`);
}

/**
 * The properties of a file of a build, found by its exact name.
 * @throws ServiceError 404 that lists what the build archived, 400 for a file that is none, or as the connection says
 */
export async function fetchProperties(
  master: JenkinsConnection,
  job: string,
  number: number,
  file: string,
  signal?: AbortSignal,
): Promise<PropertyFile> {
  const build = await fetchBuild(master, job, number, signal);
  return { fileName: file, properties: await propertiesOf(master, job, build, file, signal) };
}

/** The same of a build that is known. */
export async function propertiesOf(
  master: JenkinsConnection,
  job: string,
  build: BuildInfo,
  file: string,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  const artifact = build.artifacts.find(({ fileName }) => fileName === file);
  if (!artifact) {
    const names = build.artifacts.map(({ fileName }) => fileName);
    throw notFound(`Build ${build.number} of ${job} archived no file "${file}"`, {
      field: 'file',
      fix:
        names.length === 0
          ? 'it archived nothing: let the job archive the file'
          : `it archived ${names.slice(0, 20).join(', ')}: name one of them, or let the job archive the file`,
    });
  }
  const url = artifactUrl(buildUrl(master, job, build.number), artifact.relativePath);
  return readProperties(file, await master.getFile(url, MOST_BYTES, signal));
}
