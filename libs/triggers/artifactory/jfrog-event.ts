import { badRequest } from '@gennaker/contracts/error';
import type { ReceivedArtifact } from '@gennaker/extension-sdk/received-artifacts';
import { z } from 'zod';

const eventSchema = z.looseObject({
  domain: z.string(),
  event_type: z.string(),
  jpd_origin: z.string().optional(),
  data: z.looseObject({
    repo_key: z.string(),
    path: z.string().optional(),
    name: z.string().optional(),
    sha256: z.string().optional(),
    image_name: z.string().optional(),
    tag: z.string().optional(),
  }),
});
export type JFrogEvent = z.output<typeof eventSchema>;

/** Events after which there is something new, by domain. */
const ARRIVALS: Readonly<Record<string, readonly string[]>> = {
  artifact: ['deployed', 'cached', 'copied', 'moved'],
  docker: ['pushed', 'promoted'],
};

/** Reads a webhook of the JFrog platform. @throws ServiceError 400 for another body */
export function readJFrogEvent(content: unknown): JFrogEvent {
  const parsed = eventSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw badRequest(`The body is no webhook of Artifactory: ${place} ${issue?.message ?? ''}`, {
    field: place || 'body',
    fix: 'let Artifactory post its own payload (a predefined webhook)',
  });
}

/** Why an event brings nothing; undefined when it does. */
export function bringsNothing({ domain, event_type: type, data }: JFrogEvent): string | undefined {
  if (ARRIVALS[domain]?.includes(type)) return undefined;
  return `a ${domain} event "${type}" in ${data.repo_key} brings nothing new`;
}

/** `group/parts/name/version/name-version.ext` of a Maven layout. */
const MAVEN = /^(?<group>.+)\/(?<name>[^/]+)\/(?<version>[^/]+)\/\k<name>-\k<version>[^/]*$/;

/** What was put into the repository. */
export function artifactOf({ domain, jpd_origin: origin, data }: JFrogEvent): ReceivedArtifact {
  const base = origin?.replace(/\/+$/, '');
  if (domain === 'docker') {
    const host = base && URL.canParse(base) ? `${new URL(base).host}/` : '';
    const name = `${host}${data.repo_key}/${data.image_name ?? ''}`;
    const version = data.tag ?? 'latest';
    return { type: 'docker/image', name, version, reference: `${name}:${version}` };
  }
  const path = data.path ?? data.name ?? '';
  const { group, name, version } = MAVEN.exec(path)?.groups ?? {};
  if (group !== undefined && name !== undefined && version !== undefined) {
    const id = `${group.replaceAll('/', '.')}:${name}`;
    return { type: 'maven/file', name: id, version, reference: `${id}:${version}` };
  }
  return {
    type: 'http/file',
    name: path,
    reference: base ? `${base}/artifactory/${data.repo_key}/${path}` : `${data.repo_key}/${path}`,
  };
}
