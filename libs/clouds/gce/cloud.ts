import { defineCloud } from '@gennaker/extension-sdk/cloud';
import { Compute } from './compute.ts';
import { createServerGroup } from './create-server-group.ts';
import { destroyServerGroup } from './destroy-server-group.ts';
import { PLATFORM_HEALTH } from './instances.ts';
import { gceInventory } from './inventory.ts';
import { deleteLoadBalancer, upsertLoadBalancer } from './load-balancer-operations.ts';
import { findImages, listMachineTypes, listNetworks, listRegions, readConsole } from './lookups.ts';
import { resizeServerGroup } from './resize-server-group.ts';
import { disableServerGroup, enableServerGroup } from './server-group-operations.ts';

export default defineCloud({
  type: 'gce',
  label: 'Google Compute Engine',
  description: 'Managed instance groups behind TCP load balancers, at Google or at a compatible address',
  platformHealth: PLATFORM_HEALTH,
  open(account, environment) {
    const compute = new Compute(account, environment);
    const { loadBalancer, ...inventory } = gceInventory(compute);
    return {
      operations: {
        createServerGroup: createServerGroup(compute),
        destroyServerGroup: destroyServerGroup(compute),
        enableServerGroup: enableServerGroup(compute),
        disableServerGroup: disableServerGroup(compute),
      },
      inventory,
      capabilities: {
        loadBalancers: {
          operations: {
            upsertLoadBalancer: upsertLoadBalancer(compute),
            deleteLoadBalancer: deleteLoadBalancer(compute),
          },
          find: loadBalancer,
        },
        images: { find: (query) => findImages(compute, query) },
        zones: { list: () => listRegions(compute) },
        networks: { list: () => listNetworks(compute) },
        instanceTypes: { list: () => listMachineTypes(compute) },
        console: { read: (region, id) => readConsole(compute, region, id) },
        resize: { operations: { resizeServerGroup: resizeServerGroup(compute) } },
      },
      close: () => compute.close(),
    };
  },
});
