import { isIP } from 'node:net';
import { z } from 'zod';
import type { Service } from '../client-library.ts';
import type { Compute } from '../compute.ts';
import { lastPart } from '../resources.ts';
import { backendGroups } from '../traffic/targets.ts';
import type { LoadBalancer } from './balancer.ts';
import { checkedPort } from './checks.ts';
import { findResource, GLOBAL } from './collections.ts';
import { servicesOf } from './http.ts';
import { findLoadBalancer } from './read.ts';
import type { UpsertLoadBalancer } from './schema.ts';
import { checkKey, checkPlace, type Found, onlyService } from './wanted.ts';

const namedSchema = z.looseObject({
  name: z.string(),
  selfLink: z.string().nullish(),
  address: z.string().nullish(),
  network: z.string().nullish(),
});

/**
 * Looks up everything that a description names.
 * @throws Error that names the field, what was wrong and what there is
 */
export async function resolve(compute: Compute, d: UpsertLoadBalancer): Promise<Found> {
  const existing = await findLoadBalancer(compute, d.region, d.loadBalancerName);
  checkType(d, existing);
  const [address, network, subnetwork, certificate] = await Promise.all([
    addressOf(compute, d),
    d.network || isInternal(d) ? networkOf(compute, d.network ?? 'default') : null,
    d.subnet ? subnetworkOf(compute, d.region, d.subnet) : null,
    certificateOf(compute, d, existing),
  ]);
  const base: Omit<Found, 'services' | 'checks'> = {
    project: compute.project,
    existing: existing && {
      proxy: existing.proxy?.place ?? null,
      urlMap: existing.urlMap?.name ?? null,
      service: existing.services[0]?.name ?? null,
      pool: existing.pool && {
        name: existing.pool.name,
        sessionAffinity: existing.pool.sessionAffinity ?? 'NONE',
        check: existing.pool.healthChecks?.[0] ?? null,
      },
    },
    address,
    network,
    subnetwork,
    certificate,
  };
  const asked = namedServices(d, { ...base, services: {}, checks: {} });
  const services = await Promise.all(
    asked.map(async (service) => {
      const place = { collection: 'backendServices', region: d.region, name: service.name } as const;
      const known = await findResource(compute, place);
      const link = known && (known.healthChecks?.[0] ?? '');
      const check = checkPlace(link, d.region, service);
      const found = await findResource(compute, { ...check, collection: 'healthChecks' });
      return { name: service.name, link, key: checkKey(check), check: found };
    }),
  );
  return {
    ...base,
    services: Object.fromEntries(services.map(({ name, link }) => [name, link])),
    checks: Object.fromEntries(
      services.flatMap(({ key, check }) =>
        check ? [[key, { type: check.type ?? 'HTTP', port: checkedPort(check) }] as const] : [],
      ),
    ),
  };
}

function namedServices(d: UpsertLoadBalancer, found: Found) {
  if (d.loadBalancerType === 'NETWORK') return [];
  return isHttp(d) ? servicesOf(d, found) : [onlyService(d, found)];
}

/** Is it one of the types with a URL map? */
export const isHttp = (d: Pick<UpsertLoadBalancer, 'loadBalancerType'>): boolean =>
  d.loadBalancerType === 'HTTP' || d.loadBalancerType === 'INTERNAL_MANAGED';

const isInternal = (d: UpsertLoadBalancer): boolean =>
  d.loadBalancerType === 'INTERNAL' || d.loadBalancerType === 'INTERNAL_MANAGED';

function checkType(d: UpsertLoadBalancer, existing: LoadBalancer | null): void {
  if (existing && existing.type !== d.loadBalancerType)
    throw new Error(
      `loadBalancerType: load balancer ${d.loadBalancerName} exists in ${d.region} and is of type ${existing.type}, which cannot become ${d.loadBalancerType}; take another name, or delete it first.`,
    );
}

/** Groups or instances that a load balancer sends requests to now. */
export function usersOf(balancer: LoadBalancer): string[] {
  const groups = balancer.services.flatMap(backendGroups);
  return [...new Set([...groups, ...(balancer.pool?.instances ?? [])].map(lastPart))];
}

async function addressOf(compute: Compute, d: UpsertLoadBalancer): Promise<string | null> {
  const asked = d.ipAddress;
  if (!asked) return null;
  if (isIP(asked)) return asked;
  const [service, scope]: [Service, object] =
    d.region === GLOBAL ? ['GlobalAddresses', {}] : ['Addresses', { region: d.region }];
  const found = await pick(compute, service, scope, 'ipAddress', 'address', lastPart(asked), d.region);
  if (!found.address) throw new Error(`ipAddress: address ${asked} is not reserved yet; wait until it is.`);
  return found.address;
}

async function networkOf(compute: Compute, name: string): Promise<string> {
  return (await pick(compute, 'Networks', {}, 'network', 'network', lastPart(name), GLOBAL)).link;
}

async function subnetworkOf(compute: Compute, region: string, name: string): Promise<string> {
  return (await pick(compute, 'Subnetworks', { region }, 'subnet', 'subnet', lastPart(name), region)).link;
}

/** The certificate that is asked for, or else the one that there is. */
async function certificateOf(
  compute: Compute,
  d: UpsertLoadBalancer,
  existing: LoadBalancer | null,
): Promise<string | null> {
  if (d.certificate === undefined) return existing?.proxy?.resource.sslCertificates?.[0] ?? null;
  if (!d.certificate) return null;
  const [service, scope]: [Service, object] =
    d.region === GLOBAL ? ['SslCertificates', {}] : ['RegionSslCertificates', { region: d.region }];
  return (await pick(compute, service, scope, 'certificate', 'certificate', lastPart(d.certificate), d.region)).link;
}

async function pick(
  compute: Compute,
  service: Service,
  scope: object,
  field: string,
  word: string,
  name: string,
  region: string,
): Promise<{ readonly link: string; readonly address: string | null }> {
  const all = await compute.list(service, 'list', scope, namedSchema);
  const found = all.find((each) => each.name === name);
  if (!found?.selfLink) {
    const names = all.map((each) => each.name).join(', ') || 'none';
    const where = region === GLOBAL ? 'outside regions' : `in ${region}`;
    throw new Error(
      `${field}: there is no ${word} ${name} ${where} of account ${compute.account.name}; there is ${names}.`,
    );
  }
  return { link: found.selfLink.slice(found.selfLink.indexOf('projects/')), address: found.address ?? null };
}
