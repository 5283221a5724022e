import { type Artifact, artifactSchema } from '@gennaker/contracts/artifacts';
import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import { buildInfoSchema, type BuildInfo } from '@gennaker/contracts/igor';

/** A package file of a build. */
export interface FoundPackage {
  readonly fileName: string;
  readonly url: string;
  /** An artifact whose content only its account gives. */
  readonly artifact?: Artifact;
}

/** What the requested packages are: bakery names, where their files are, and the build that made them. */
export interface PackageMatch {
  /** File names without `.deb` where a file was found, else the name as it was given. */
  readonly packages: readonly string[];
  readonly files: readonly FoundPackage[];
  readonly build?: BuildInfo;
}

const EXTENSION = '.deb';
/** Types of artifacts whose references are no addresses that anybody could call. */
const FETCHED = ['github/file', 'gcs/object', 's3/object'];

/** Builds that an execution knows: the trigger's, and those of stages before, nearest first. */
export function knownBuilds(trigger: ExecutionTrigger, ancestors: readonly unknown[]): BuildInfo[] {
  return [...ancestors, trigger.buildInfo].flatMap((candidate) => {
    const parsed = buildInfoSchema.safeParse(candidate);
    return parsed.success ? [parsed.data] : [];
  });
}

/**
 * Finds the file of each requested package: `name` is the file `name_*.deb` of a build. A URL is taken as it is.
 * A reason instead of a match says what was looked for and where.
 */
export function matchPackages(
  requested: string,
  builds: readonly BuildInfo[],
  artifacts: ExecutionTrigger['artifacts'],
  allowMissing: boolean,
): PackageMatch | { readonly reason: Reason } {
  const packages: string[] = [];
  const files: FoundPackage[] = [];
  let build: BuildInfo | undefined;
  for (const name of requested.split(/[\s,]+/).filter(Boolean)) {
    const given = URL.canParse(name) && /^https?:/.test(name) ? fromUrl(name) : fromArtifacts(name, artifacts);
    if (given) {
      files.push(given);
      packages.push(bare(given.fileName));
      build ??= builds.find((known) => known.artifacts.some((artifact) => artifact.fileName === given.fileName));
      continue;
    }
    const found = fromBuilds(name, builds);
    if ('reason' in found) {
      if (!allowMissing || found.ambiguous) return { reason: found.reason };
      packages.push(name);
      continue;
    }
    build ??= found.build;
    files.push(found.file);
    packages.push(bare(found.file.fileName));
  }
  return { packages, files, ...(build ? { build } : {}) };
}

function fromBuilds(
  name: string,
  builds: readonly BuildInfo[],
): { file: FoundPackage; build: BuildInfo } | { reason: Reason; ambiguous: boolean } {
  const hits = builds.flatMap((build) =>
    build.artifacts
      .filter((artifact) => isPackageFile(artifact.fileName, name))
      .map((artifact) => ({
        build,
        file: { fileName: artifact.fileName, url: artifact.url ?? artifactUrl(build, artifact.relativePath) },
      })),
  );
  const [first] = hits;
  const names = [...new Set(hits.map((hit) => hit.file.fileName))];
  const looked = builds.map((build) => ({
    build: build.url,
    files: build.artifacts.map((artifact) => artifact.fileName).slice(0, 20),
  }));
  if (!first) {
    const where =
      builds.length === 0
        ? 'this execution knows no build'
        : `${builds.map((b) => `${b.name} #${b.number}`).join(', ')} archived no such file`;
    return {
      ambiguous: false,
      reason: {
        summary: `No file ${name}_<version>_<arch>${EXTENSION} was found: ${where}`,
        evidence: { package: name, looked },
        next: 'Let the build archive the package under that name, or start the pipeline from a build that does',
      },
    };
  }
  if (names.length > 1)
    return {
      ambiguous: true,
      reason: {
        summary: `Package ${name} has several files: ${names.join(', ')}`,
        evidence: { package: name, looked },
        next: 'Name the file to bake in the stage, without its extension',
      },
    };
  return first;
}

/** `hello` names `hello_*.deb`; `hello_1.0_all` names exactly that file. */
function isPackageFile(fileName: string, name: string): boolean {
  if (!fileName.endsWith(EXTENSION)) return false;
  return name.includes('_') ? bare(fileName) === bare(name) : fileName.startsWith(`${name}_`);
}

function fromArtifacts(name: string, artifacts: ExecutionTrigger['artifacts']): FoundPackage | undefined {
  for (const candidate of artifacts ?? []) {
    const artifact = artifactSchema.safeParse(candidate).data;
    const found = artifact?.reference && URL.canParse(artifact.reference) ? fromUrl(artifact.reference) : undefined;
    if (artifact && found && isPackageFile(found.fileName, name))
      return needsAccount(artifact) ? { ...found, artifact } : found;
  }
  return undefined;
}

/** Is its address one that an account alone can read? */
function needsAccount({ type, artifactAccount }: Artifact): boolean {
  return type === 'http/file' ? Boolean(artifactAccount) : FETCHED.includes(type ?? '');
}

function fromUrl(url: string): FoundPackage {
  return { fileName: decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? ''), url };
}

function artifactUrl(build: BuildInfo, relativePath: string): string {
  const path = relativePath.split('/').map(encodeURIComponent).join('/');
  return `${build.url.replace(/\/?$/, '/')}artifact/${path}`;
}

function bare(fileName: string): string {
  return fileName.endsWith(EXTENSION) ? fileName.slice(0, -EXTENSION.length) : fileName;
}
