/** Where a repository is, as the address that it is cloned from says. */
export interface Remote {
  readonly host: string;
  /** Path on the host, without slashes around it and without `.git`. */
  readonly path: string;
}

/** Short form of ssh addresses: `git@host:path`. Whatever has `://` is no such address. */
const SCP = /^(?:[^@/\s]+@)?([A-Za-z0-9.-]+):(?!\/\/)(\S+)$/;

/** Reads an address that a repository is cloned from: a URL, or git's short form of ssh. Undefined for anything else. Pure. */
export function parseRemote(address: string): Remote | undefined {
  const text = address.trim();
  const short = SCP.exec(text);
  const found = short
    ? { host: short[1] ?? '', path: short[2] ?? '' }
    : URL.canParse(text)
      ? { host: new URL(text).hostname, path: decoded(new URL(text).pathname) }
      : undefined;
  if (!found) return undefined;
  const path = found.path
    .replace(/^\/+|\/+$/g, '')
    // Bitbucket Server clones over HTTP from /scm/PROJECT/name.
    .replace(/^scm\//, '')
    .replace(/\.git$/, '');
  return path === '' ? undefined : { host: found.host.toLowerCase(), path };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
