import { z } from 'zod';
import type { Compute } from '../cloudlab/compute.ts';

/** What a group that is made by hand is like. */
export interface DirectGroup {
  readonly name: string;
  readonly region: string;
  readonly zones: readonly string[];
  readonly image: string;
  readonly size: number;
  /** Backend service that sends it requests, and the port where it answers. */
  readonly service: string;
  readonly port: number;
}

const serviceSchema = z.looseObject({
  fingerprint: z.string(),
  backends: z.array(z.looseObject({ group: z.string() })).default([]),
});

/** Makes a managed group and puts it behind a load balancer by the Compute API alone; its instances then boot. */
export async function makeDirectly(compute: Compute, group: DirectGroup): Promise<void> {
  const { name, region, zones, image, size, port } = group;
  await compute.done('POST', 'global/instanceTemplates', {
    name,
    properties: {
      machineType: 'e2-micro',
      disks: [{ boot: true, autoDelete: true, initializeParams: { sourceImage: `global/images/${image}` } }],
      networkInterfaces: [{ network: 'global/networks/default' }],
    },
  });
  await compute.done('POST', `regions/${region}/instanceGroupManagers`, {
    name,
    baseInstanceName: name,
    instanceTemplate: `global/instanceTemplates/${name}`,
    targetSize: size,
    namedPorts: [{ name: 'http', port }],
    distributionPolicy: { zones: zones.map((zone) => ({ zone: `zones/${zone}` })) },
  });
  await changeBackends(compute, group, (others, link) => [
    ...others,
    { group: link, balancingMode: 'RATE', maxRatePerInstance: 1000, capacityScaler: 1 },
  ]);
}

/** Removes all that `makeDirectly` made. */
export async function removeDirectly(compute: Compute, group: DirectGroup): Promise<void> {
  await changeBackends(compute, group, (others) => others);
  await compute.done('DELETE', `regions/${group.region}/instanceGroupManagers/${group.name}`);
  await compute.done('DELETE', `global/instanceTemplates/${group.name}`);
}

async function changeBackends(
  compute: Compute,
  { name, region, service }: DirectGroup,
  change: (others: readonly object[], link: string) => readonly object[],
): Promise<void> {
  const path = `global/backendServices/${service}`;
  const { fingerprint, backends } = serviceSchema.parse(await compute.call('GET', path));
  const link = `regions/${region}/instanceGroups/${name}`;
  const others = backends.filter((backend) => !backend.group.endsWith(`/${link}`));
  await compute.done('PATCH', path, { fingerprint, backends: change(others, link) });
}
