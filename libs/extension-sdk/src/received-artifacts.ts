import { z } from 'zod';

/** An artifact as a trigger hands it to the execution. */
export interface ReceivedArtifact {
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly reference: string;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** As many as an execution should be given of one event. */
const MOST = 500;

function image(name: string, version: string): ReceivedArtifact {
  const joint = version.includes(':') ? '@' : ':';
  return { type: 'docker/image', name, version, reference: `${name}${joint}${version}` };
}

const dockerHubSchema = z.looseObject({
  push_data: z.looseObject({ tag: z.string() }),
  repository: z.looseObject({ repo_name: z.string() }),
});

function fromDockerHub(body: Json): ReceivedArtifact[] {
  const { data } = dockerHubSchema.safeParse(body);
  return data ? [image(`index.docker.io/${data.repository.repo_name}`, data.push_data.tag)] : [];
}

const registrySchema = z.looseObject({
  events: z.array(
    z.looseObject({
      action: z.string().optional(),
      target: z.looseObject({
        repository: z.string(),
        tag: z.string().optional(),
        digest: z.string().optional(),
        mediaType: z.string().optional(),
      }),
      request: z.looseObject({ host: z.string().optional() }).optional(),
    }),
  ),
});

/** Notifications of the Docker registry (distribution): pushes of manifests, not of layers. */
function fromDockerRegistry(body: Json): ReceivedArtifact[] {
  const { data } = registrySchema.safeParse(body);
  return (data?.events ?? []).flatMap(({ action, target, request }) => {
    const version = target.tag ?? target.digest;
    const isImage = target.tag !== undefined || /manifest|image\.index/.test(target.mediaType ?? '');
    if ((action !== undefined && action !== 'push') || version === undefined || !isImage) return [];
    const host = request?.host;
    return [image(host ? `${host}/${target.repository}` : target.repository, version)];
  });
}

const quaySchema = z.looseObject({
  docker_url: z.string(),
  updated_tags: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]),
});

function fromQuay(body: Json): ReceivedArtifact[] {
  const { data } = quaySchema.safeParse(body);
  if (!data) return [];
  const tags = Array.isArray(data.updated_tags) ? data.updated_tags : Object.keys(data.updated_tags);
  return tags.map((tag) => image(data.docker_url, tag));
}

const commitsSchema = z.array(
  z.looseObject({
    added: z.array(z.string()).nullish(),
    modified: z.array(z.string()).nullish(),
  }),
);

function changedFiles(commits: z.output<typeof commitsSchema>): string[] {
  return [...new Set(commits.flatMap(({ added, modified }) => [...(added ?? []), ...(modified ?? [])]))];
}

const encodedPath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
const branchOf = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, '');

const gitHubSchema = z.looseObject({
  ref: z.string(),
  commits: commitsSchema,
  repository: z.looseObject({ full_name: z.string(), contents_url: z.string().optional() }),
});

function fromGitHub(body: Json): ReceivedArtifact[] {
  const { data } = gitHubSchema.safeParse(body);
  if (!data) return [];
  const { full_name: name, contents_url: contents } = data.repository;
  const base = contents?.replace('{+path}', '') ?? `https://api.github.com/repos/${name}/contents/`;
  return changedFiles(data.commits).map((path) => ({
    type: 'github/file',
    name: path,
    version: branchOf(data.ref),
    reference: `${base}${encodedPath(path)}`,
  }));
}

const gitLabSchema = z.looseObject({
  object_kind: z.literal(['push', 'tag_push']),
  ref: z.string(),
  commits: commitsSchema,
  project: z.looseObject({ id: z.number(), web_url: z.url() }),
});

function fromGitLab(body: Json): ReceivedArtifact[] {
  const { data } = gitLabSchema.safeParse(body);
  if (!data) return [];
  const files = `${new URL(data.project.web_url).origin}/api/v4/projects/${data.project.id}/repository/files`;
  return changedFiles(data.commits).map((path) => ({
    type: 'gitlab/file',
    name: path,
    version: branchOf(data.ref),
    reference: `${files}/${encodeURIComponent(path)}/raw`,
  }));
}

/**
 * The artifacts that a webhook's body brings: its own `artifacts`, or what a push of Docker Hub, a Docker registry, Quay,
 * GitHub or GitLab says. A body is none, or one of these.
 */
export function receivedArtifacts(body: Json): Json[] {
  const { artifacts } = body;
  if (Array.isArray(artifacts)) return artifacts.filter(isObject).slice(0, MOST);
  for (const read of [fromDockerHub, fromDockerRegistry, fromQuay, fromGitHub, fromGitLab]) {
    const found = read(body);
    if (found.length > 0) return found.slice(0, MOST).map((each) => ({ ...each }));
  }
  return [];
}
