/** Collections whose regional ones have permissions of their own. */
const BY_REGION: ReadonlySet<string> = new Set([
  'backendServices',
  'healthChecks',
  'sslCertificates',
  'targetHttpProxies',
  'targetHttpsProxies',
  'urlMaps',
]);
/** Collections whose changes are all one permission. */
const UPDATED: ReadonlySet<string> = new Set(['instanceGroupManagers', 'instanceGroups', 'targetTcpProxies']);

/** The permission that Google wants for a request of Compute; null for what is no request of Compute. */
export function permissionOf(method: string, path: string): string | null {
  const below = /^\/compute\/v1\/projects\/[^/]+(?:\/(.*))?$/.exec(path);
  if (!below) return null;
  const parts = (below[1] ?? '').split('/').filter(Boolean);
  if (parts.length === 0) return 'compute.projects.get';
  const [scope = ''] = parts;
  const global = scope === 'global' || scope === 'aggregated';
  if (!global && parts.length < 3) return `compute.${scope}.${parts.length === 1 ? 'list' : 'get'}`;
  const [collection = '', name, verb] = parts.slice(global ? 1 : 2);
  return `compute.${resourceOf(scope, collection)}.${verbOf(method, collection, name, verb)}`;
}

function resourceOf(scope: string, collection: string): string {
  const capital = collection.charAt(0).toUpperCase() + collection.slice(1);
  if (collection === 'operations') return `${scope.replace(/s$/, '')}${capital}`;
  if (scope === 'regions') return BY_REGION.has(collection) ? `region${capital}` : collection;
  const apart = scope === 'global' && (collection === 'forwardingRules' || collection === 'addresses');
  return apart ? `global${capital}` : collection;
}

function verbOf(method: string, collection: string, name: string | undefined, verb: string | undefined): string {
  if (method === 'DELETE') return 'delete';
  if (method === 'PUT' || method === 'PATCH') return 'update';
  if (method === 'POST' && name === undefined) return 'create';
  if (name === undefined) return 'list';
  if (name === 'family') return 'getFromFamily';
  if (verb === 'serialPort') return 'getSerialPortOutput';
  if (verb === undefined || /^(?:get|list)[A-Z]/.test(verb)) return 'get';
  return UPDATED.has(collection) ? 'update' : verb;
}

/** Answers as Google does to whoever is granted these permissions alone; undefined for what is granted. */
export function refusals(granted: ReadonlySet<string>) {
  return (method: string, url: URL, body: string): Response | undefined => {
    if (url.pathname.endsWith(':testIamPermissions')) {
      const { permissions } = JSON.parse(body) as { permissions: string[] };
      if (permissions.length > 100) return refusal(400, 'badRequest', 'Too many permissions.');
      return Response.json({ permissions: permissions.filter((each) => granted.has(each)) });
    }
    const permission = permissionOf(method, url.pathname);
    if (permission === null || granted.has(permission)) return undefined;
    return refusal(403, 'forbidden', `Required '${permission}' permission for 'projects/p'`);
  };
}

const refusal = (code: number, reason: string, message: string): Response =>
  Response.json({ error: { code, message, errors: [{ reason, message }] } }, { status: code });
