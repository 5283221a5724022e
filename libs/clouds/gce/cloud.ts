import { defineCloud } from '@gennaker/extension-sdk/cloud';
import { Compute } from './compute.ts';
import { cloneServerGroup } from './clone-server-group.ts';
import { createGoogleInstance } from './create-instance.ts';
import { createServerGroup } from './create-server-group.ts';
import { detachInstances } from './detach-instances.ts';
import { destroyServerGroup } from './destroy-server-group.ts';
import { PLATFORM_HEALTH } from './instances.ts';
import { gceInventory } from './inventory.ts';
import { listChoices, listSubnets } from './load-balancers/choices.ts';
import { deleteLoadBalancer } from './load-balancers/delete.ts';
import { upsertLoadBalancer } from './load-balancers/upsert.ts';
import { findImages, listMachineTypes, listNetworks, listRegions } from './lookups.ts';
import { rebootInstances, terminateInstanceAndDecrement, terminateInstances } from './instance-operations.ts';
import { loadBalancerMeter } from './meter.ts';
import { resizeServerGroup } from './resize-server-group.ts';
import { deleteScalingPolicy, upsertScalingPolicy } from './scaling-policies.ts';
import { serialConsole } from './serial-console.ts';
import { setStatefulDisk, statefullyUpdateBootImage } from './stateful-disks.ts';
import { updateLaunchConfig } from './update-launch-config.ts';
import { upsertImageTags } from './upsert-image-tags.ts';
import { verifyAccount } from './verify-account.ts';
import { upsertServerGroupTags } from './upsert-server-group-tags.ts';
import { deleteSecurityGroup } from './security-groups/delete.ts';
import { upsertSecurityGroup } from './security-groups/upsert.ts';
import { disableServerGroup } from './traffic/disable.ts';
import { enableServerGroup } from './traffic/enable.ts';
import { deregisterInstancesFromLoadBalancer, registerInstancesWithLoadBalancer } from './traffic/registration.ts';

export default defineCloud({
  type: 'gce',
  label: 'Google Compute Engine',
  description: 'Managed instance groups behind load balancers, at Google or at a compatible address',
  platformHealth: PLATFORM_HEALTH,
  open(account, environment) {
    const compute = new Compute(account, environment);
    const { loadBalancer, securityGroup, ...inventory } = gceInventory(compute);
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
        registration: {
          operations: {
            registerInstancesWithLoadBalancer: registerInstancesWithLoadBalancer(compute),
            deregisterInstancesFromLoadBalancer: deregisterInstancesFromLoadBalancer(compute),
          },
        },
        securityGroups: {
          operations: {
            upsertSecurityGroup: upsertSecurityGroup(compute),
            deleteSecurityGroup: deleteSecurityGroup(compute),
          },
          find: (region, name) => (region === 'global' ? securityGroup(name) : Promise.resolve(null)),
        },
        subnets: { list: () => listSubnets(compute) },
        resources: { list: (kind) => listChoices(compute, kind) },
        images: { find: (query, labels) => findImages(compute, query, labels) },
        zones: { list: () => listRegions(compute) },
        networks: { list: () => listNetworks(compute) },
        verification: { verify: () => verifyAccount(compute) },
        instanceTypes: { list: () => listMachineTypes(compute) },
        meter: loadBalancerMeter(compute),
        console: serialConsole(compute),
        clone: { operations: { cloneServerGroup: cloneServerGroup(compute) } },
        resize: { operations: { resizeServerGroup: resizeServerGroup(compute) } },
        scalingPolicies: {
          operations: {
            upsertScalingPolicy: upsertScalingPolicy(compute),
            deleteScalingPolicy: deleteScalingPolicy(compute),
          },
        },
        launchConfig: { operations: { updateLaunchConfig: updateLaunchConfig(compute) } },
        serverGroupTags: { operations: { upsertServerGroupTags: upsertServerGroupTags(compute) } },
        instances: {
          operations: {
            terminateInstances: terminateInstances(compute),
            terminateInstanceAndDecrement: terminateInstanceAndDecrement(compute),
            rebootInstances: rebootInstances(compute),
            detachInstances: detachInstances(compute),
            createGoogleInstance: createGoogleInstance(compute),
          },
        },
        statefulDisks: {
          operations: {
            setStatefulDisk: setStatefulDisk(compute),
            statefullyUpdateBootImage: statefullyUpdateBootImage(compute),
          },
        },
        imageTags: { operations: { upsertImageTags: upsertImageTags(compute) } },
      },
      close: () => compute.close(),
    };
  },
});
