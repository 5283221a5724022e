/** Parts of a Debian package file's name, `name_version_arch.deb`. */
export interface PackageFileName {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
}

const FILE = /^([a-z0-9][a-z0-9+.-]+)_([A-Za-z0-9.+:~-]+)_([a-z0-9-]+)(?:\.deb)?$/;

/** Splits `hello_1.0.0-h1.abc1234_all` (with or without `.deb`); null when it is a bare package name. */
export function parsePackageFileName(text: string): PackageFileName | null {
  const match = FILE.exec(text);
  return match ? { name: match[1] ?? '', version: match[2] ?? '', arch: match[3] ?? '' } : null;
}

/** Build facts that go into an appversion. */
export interface BuildFacts {
  readonly job?: string | undefined;
  readonly build_number?: string | undefined;
}

/**
 * The AppVersion of a package (frigga's grammar: `name-version-hBUILD[.commit][/job/build]`); undefined when the package's
 * version carries no `hBUILD`, as then there is nothing that could be traced to a build.
 */
export function appVersion(file: PackageFileName, build: BuildFacts): string | undefined {
  if (!/^[A-Za-z0-9.+~]+-h\d+(\.[0-9a-f]{5,40})?$/.test(file.version)) return undefined;
  const where = build.job && build.build_number ? `/${build.job.replaceAll('/', '-')}/${build.build_number}` : '';
  return `${file.name}-${file.version}${where}`;
}
