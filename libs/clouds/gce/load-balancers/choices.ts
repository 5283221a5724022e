import type { CloudResource } from '@gennaker/contracts/cloud-views';
import type { ResourceKind } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import type { Compute } from '../compute.ts';
import { lastPart } from '../resources.ts';
import { GLOBAL } from './collections.ts';
import { allChecks } from './health.ts';
import { listOf } from './read.ts';
import { backendServiceView, healthCheckView } from './view.ts';

const text = z.string().nullish();
const addressSchema = z.looseObject({
  name: z.string(),
  region: text,
  address: text,
  addressType: text,
  status: text,
  users: z.array(z.string()).nullish(),
});
const certificateSchema = z.looseObject({
  name: z.string(),
  region: text,
  type: text,
  expireTime: text,
  subjectAlternativeNames: z.array(z.string()).nullish(),
});
const subnetSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).nullish(),
  name: z.string(),
  selfLink: text,
  region: text,
  network: text,
  ipCidrRange: text,
  gatewayAddress: text,
  purpose: text,
});

/** What forms choose from, of one kind, in the account's regions and outside regions. */
export async function listChoices(compute: Compute, kind: ResourceKind): Promise<CloudResource[]> {
  const all = await choicesOf(compute, kind);
  return all.filter(({ region }) => region === GLOBAL || compute.account.regions.includes(region));
}

async function choicesOf(compute: Compute, kind: ResourceKind): Promise<CloudResource[]> {
  const frame = (name: string, region: string | null | undefined) => ({
    name,
    account: compute.account.name,
    region: lastPart(region) || GLOBAL,
    cloudProvider: 'gce',
  });
  switch (kind) {
    case 'backendService': {
      const [services, checks] = await Promise.all([listOf(compute, 'backendServices'), allChecks(compute)]);
      return services.map((service) => ({
        ...backendServiceView(service, checks),
        ...frame(service.name, service.region),
      }));
    }
    case 'healthCheck': {
      const checks = await allChecks(compute);
      return checks.all.map(({ check, kind: of }) => ({
        ...healthCheckView(check),
        ...frame(check.name, regionOf(check.selfLink)),
        kind: of,
        selfLink: check.selfLink ?? null,
      }));
    }
    case 'address': {
      const addresses = await compute.aggregated('Addresses', 'addresses', addressSchema);
      return addresses.map((address) => ({
        ...frame(address.name, address.region),
        address: address.address ?? null,
        addressType: address.addressType ?? null,
        status: address.status ?? null,
        users: (address.users ?? []).map(lastPart),
      }));
    }
    case 'certificate': {
      const certificates = await compute.aggregated('SslCertificates', 'sslCertificates', certificateSchema);
      return certificates.map((certificate) => ({
        ...frame(certificate.name, certificate.region),
        type: certificate.type ?? null,
        expireTime: certificate.expireTime ?? null,
        subjectAlternativeNames: certificate.subjectAlternativeNames ?? [],
      }));
    }
  }
}

const regionOf = (link: string | null | undefined): string | undefined => /\/regions\/([^/]+)\//.exec(link ?? '')?.[1];

/** Subnets of the account's regions. */
export async function listSubnets(compute: Compute): Promise<JsonObject[]> {
  const subnets = await compute.aggregated('Subnetworks', 'subnetworks', subnetSchema);
  return subnets
    .filter((subnet) => compute.account.regions.includes(lastPart(subnet.region)))
    .map((subnet) => ({
      type: 'gce',
      cloudProvider: 'gce',
      id: subnet.name,
      name: subnet.name,
      account: compute.account.name,
      region: lastPart(subnet.region),
      network: lastPart(subnet.network),
      cidrBlock: subnet.ipCidrRange ?? '',
      gatewayAddress: subnet.gatewayAddress ?? null,
      purpose: subnet.purpose ?? null,
      selfLink: subnet.selfLink ?? null,
    }));
}
