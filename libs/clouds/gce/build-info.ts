/** `package-version-h<build>.<commit>/job/build`, as bakeries write it into an image's description. */
const APP_VERSION =
  /^([A-Za-z0-9._+~]+(?:-[A-Za-z][A-Za-z0-9._+~]*)*)-(\d[A-Za-z0-9._+~]*)(?:-h?(\d+)(?:\.([0-9a-f]+))?)?(?:\/(.+)\/(\d+))?$/;

/** Provenance of an image in Spinnaker's `buildInfo` shape, from `key: value` pairs of its description and labels. */
export function buildInfoOf(
  description: string | null | undefined,
  labels: Readonly<Record<string, string>> | null | undefined,
): Record<string, unknown> | undefined {
  const pairs: Record<string, string> = { ...labels };
  for (const part of (description ?? '').split(/,\s*/)) {
    const at = part.indexOf(': ');
    if (at > 0) pairs[part.slice(0, at).trim()] = part.slice(at + 2).trim();
  }
  const version = pairs['appversion'] ?? pairs['package'];
  if (!version) return undefined;
  const parsed = APP_VERSION.exec(version);
  const [, name, number, build, commit, job, jobBuild] = parsed ?? [];
  return {
    package_name: name ?? version,
    ...(number ? { version: number } : {}),
    ...(commit ? { commit } : {}),
    ...((job ?? build)
      ? {
          jenkins: {
            name: job ?? pairs['job'] ?? '',
            number: jobBuild ?? build ?? '',
            ...(pairs['build_host'] ? { host: pairs['build_host'] } : {}),
          },
        }
      : {}),
    ...(pairs['build_info_url'] ? { buildInfoUrl: pairs['build_info_url'] } : {}),
  };
}
