/** A path of this site to go back to after logging in; anything else (another site, the login page itself) is not followed. */
export function returnPath(wanted: string | undefined, origin: string): string {
  if (!wanted?.startsWith('/')) return '/applications';
  const base = URL.parse(origin);
  const url = URL.parse(wanted, origin);
  if (!base || url?.origin !== base.origin || url.pathname === '/login') return '/applications';
  return `${url.pathname}${url.search}`;
}
