import { badRequest } from '@gennaker/contracts/error';
import type { ReceivedArtifact } from '@gennaker/extension-sdk/received-artifacts';
import { z } from 'zod';

const eventSchema = z.looseObject({
  timestamp: z.string().optional(),
  nodeId: z.string().optional(),
  repositoryName: z.string(),
  action: z.string(),
  component: z.looseObject({
    id: z.string().optional(),
    format: z.string().optional(),
    group: z.string().nullish(),
    name: z.string(),
    version: z.string().nullish(),
  }),
});
export type ComponentEvent = z.output<typeof eventSchema>;

/** Types of artifacts by Nexus' formats; the others carry the format's name. */
const TYPES: Readonly<Record<string, string>> = {
  maven2: 'maven/file',
  npm: 'npm/package',
  docker: 'docker/image',
  helm: 'helm/chart',
};

/** Reads a webhook of Nexus about a component. @throws ServiceError 400 for another body */
export function readComponentEvent(content: Readonly<Record<string, unknown>>): ComponentEvent {
  const parsed = eventSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw badRequest(`The body is no component event of Nexus: ${place} ${issue?.message ?? ''}`, {
    field: place || 'body',
    fix: 'choose the event type "component" for the webhook capability of the repository',
  });
}

/** Why an event brings nothing; undefined when it does. */
export function bringsNothing({ action, component, repositoryName }: ComponentEvent): string | undefined {
  if (['CREATED', 'UPDATED'].includes(action)) return undefined;
  return `component ${component.name} of ${repositoryName} is ${action}, which brings nothing new`;
}

/** What was put into the repository. */
export function artifactOf({ component, repositoryName }: ComponentEvent): ReceivedArtifact & { provenance: string } {
  const { format = '', group, version } = component;
  const type = TYPES[format] ?? `${format || 'nexus'}/component`;
  const joint = type === 'maven/file' ? ':' : '/';
  const name = group ? `${group}${joint}${component.name}` : component.name;
  const at = type === 'npm/package' ? '@' : ':';
  return {
    type,
    name,
    ...(version ? { version } : {}),
    reference: version ? `${name}${at}${version}` : name,
    provenance: repositoryName,
  };
}
