import type { Compute, MutateOptions } from '../compute.ts';
import { COLLECTIONS, type CollectionName, findResource, type Place, placeOf, serviceOf } from './collections.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a forwarding rule cannot change while it exists; all but where it leads. */
export const needsNewRule = (field: string): boolean => field !== 'target' && field !== 'description';

/** Makes a resource. @throws GceFailure `alreadyExists` */
export async function insert(compute: Compute, place: Place, fields: Fields, options: MutateOptions): Promise<void> {
  const body = { name: place.name, ...withoutGaps(fields) };
  if (place.collection === 'httpHealthChecks') {
    await compute.write('POST', 'global/httpHealthChecks', body, options);
    return;
  }
  const { service, scope } = serviceOf(place.collection, place.region);
  await compute.mutate(service, 'insert', { ...scope, [documentKey(place.collection)]: body }, options);
}

/** Removes a resource. @throws GceFailure `notFound`, `resourceInUseByAnotherResource` */
export async function remove(compute: Compute, place: Place, options: MutateOptions): Promise<void> {
  if (place.collection === 'httpHealthChecks') {
    await compute.write('DELETE', `global/httpHealthChecks/${place.name}`, undefined, options);
    return;
  }
  const { service, scope } = serviceOf(place.collection, place.region);
  await compute.mutate(service, 'delete', { ...scope, [COLLECTIONS[place.collection].key]: place.name }, options);
}

/** Gives an existing resource other values in some fields, in place; its other fields stay, whoever set them. */
export async function change(
  compute: Compute,
  place: Place,
  fields: Fields,
  purpose: (part: string) => MutateOptions,
): Promise<void> {
  const { collection, name } = place;
  const { key } = COLLECTIONS[collection];
  switch (collection) {
    case 'httpHealthChecks': {
      const current = await mustFind(compute, place);
      const path = `global/httpHealthChecks/${name}`;
      await compute.write('PUT', path, withoutGaps({ ...current, ...fields }), purpose('update'));
      return;
    }
    case 'healthChecks':
    case 'backendServices':
    case 'urlMaps': {
      const { service, scope } = serviceOf(collection, place.region);
      await compute.edit(
        () => mustFind(compute, place),
        service,
        'update',
        (current) => ({ ...scope, [key]: name, [documentKey(collection)]: withoutGaps({ ...current, ...fields }) }),
        purpose('update'),
      );
      return;
    }
    case 'targetPools':
      await changePool(compute, place, fields, purpose);
      return;
    case 'forwardingRules': {
      const { service, scope } = serviceOf(collection, place.region);
      const request = { ...scope, [key]: name, targetReferenceResource: { target: fields['target'] } };
      await compute.mutate(service, 'setTarget', request, purpose('setTarget'));
      return;
    }
    default:
      await changeProxy(compute, place, fields, purpose);
  }
}

async function changeProxy(
  compute: Compute,
  place: Place,
  fields: Fields,
  purpose: (part: string) => MutateOptions,
): Promise<void> {
  const { service, scope } = serviceOf(place.collection, place.region);
  const at = { ...scope, [COLLECTIONS[place.collection].key]: place.name };
  const requests = service.replace(/^[A-Z]/, (letter) => letter.toLowerCase());
  // The certificates first: an HTTPS proxy is never seen with a map that they do not fit.
  if (fields['sslCertificates'] !== undefined)
    await compute.mutate(
      service,
      'setSslCertificates',
      { ...at, [`${requests}SetSslCertificatesRequestResource`]: { sslCertificates: fields['sslCertificates'] } },
      purpose('setSslCertificates'),
    );
  if (fields['urlMap'] !== undefined)
    await compute.mutate(
      service,
      'setUrlMap',
      { ...at, urlMapReferenceResource: { urlMap: fields['urlMap'] } },
      purpose('setUrlMap'),
    );
  if (fields['service'] !== undefined)
    await compute.mutate(
      service,
      'setBackendService',
      { ...at, [`${requests}SetBackendServiceRequestResource`]: { service: fields['service'] } },
      purpose('setBackendService'),
    );
}

/** A pool has one health check at most: the old one goes before the new one comes. */
async function changePool(
  compute: Compute,
  place: Place,
  fields: Fields,
  purpose: (part: string) => MutateOptions,
): Promise<void> {
  const { service, scope } = serviceOf('targetPools', place.region);
  const at = { ...scope, targetPool: place.name };
  const current = await findResource(compute, { ...place, collection: 'targetPools' });
  const checks = (links: unknown) => (Array.isArray(links) ? links : []).map((link) => ({ healthCheck: String(link) }));
  const wanted = checks(fields['healthChecks']);
  const nameOf = (check: { healthCheck: string }) => placeOf(check.healthCheck)?.name;
  const old = checks(current?.healthChecks).filter((check) => !wanted.some((each) => nameOf(each) === nameOf(check)));
  const fresh = wanted.filter((check) => !checks(current?.healthChecks).some((each) => nameOf(each) === nameOf(check)));
  if (old.length > 0)
    await compute.mutate(
      service,
      'removeHealthCheck',
      { ...at, targetPoolsRemoveHealthCheckRequestResource: { healthChecks: old } },
      purpose('removeHealthCheck'),
    );
  if (fresh.length > 0)
    await compute.mutate(
      service,
      'addHealthCheck',
      { ...at, targetPoolsAddHealthCheckRequestResource: { healthChecks: fresh } },
      purpose('addHealthCheck'),
    );
}

async function mustFind(compute: Compute, place: Place): Promise<Record<string, unknown> & { fingerprint?: string }> {
  const found = await findResource(compute, place);
  if (!found) throw new Error(`${COLLECTIONS[place.collection].word} ${place.name} is gone; start the change again.`);
  return found as Record<string, unknown>;
}

const documentKey = (collection: CollectionName): string => `${COLLECTIONS[collection].key}Resource`;

const withoutGaps = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
