import type { JsonObject } from '@gennaker/ui/stage-ui';
import type { Can } from '../queries/accounts.ts';
import type { Deed } from './deed.ts';
import { formOf } from './stage-form.ts';

/** Where an instance is, and which server group made it. */
export interface InstancePlace {
  readonly cloudProvider: string;
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly zone?: string | undefined;
  readonly serverGroup?: string | undefined;
}

/** One target for each server group, or for each zone where instances stand alone. */
function targetsOf(instances: readonly InstancePlace[]): JsonObject[] {
  const parts = Map.groupBy(
    instances,
    ({ account, region, serverGroup, zone }) => `${account}\n${region}\n${serverGroup ?? `zone ${zone ?? ''}`}`,
  );
  return [...parts.values()].flatMap((members) => {
    const first = members[0];
    if (!first) return [];
    return [
      {
        cloudProvider: first.cloudProvider,
        credentials: first.account,
        region: first.region,
        ...(first.serverGroup ? { serverGroupName: first.serverGroup } : first.zone ? { zone: first.zone } : {}),
        instanceIds: members.map(({ id }) => id),
      },
    ];
  });
}

/** What can be done to instances, one or several, as far as the clouds of all of them can. @throws Error for none */
export function instanceDeeds(instances: readonly InstancePlace[], can: Can): Deed[] {
  const [first] = instances;
  if (!first) throw new Error('A deed needs an instance.');
  const able = (capability: string): boolean => instances.every(({ account }) => can(account, capability));
  const what = instances.length === 1 ? first.id : `${instances.length} instances`;
  const common = { targets: targetsOf(instances), values: {}, sends: 'all' } as const;
  const grouped = instances.every(({ serverGroup }) => serverGroup);
  const deeds: (Deed | false)[] = [
    able('instances') && {
      ...common,
      type: 'rebootInstances',
      verb: 'Reboot',
      title: `Reboot ${what}`,
      about: 'The machine starts again; its name, address and disks stay. It serves nothing meanwhile.',
    },
    able('registration') && {
      ...common,
      ...formOf('registerInstancesWithLoadBalancer'),
      values: { loadBalancerNames: [] },
      verb: 'Register',
      title: `Register ${what} with load balancers`,
      about: 'Load balancers that know single instances send it requests.',
    },
    able('registration') && {
      ...common,
      ...formOf('deregisterInstancesFromLoadBalancer'),
      values: { loadBalancerNames: [] },
      verb: 'Deregister',
      title: `Take ${what} out of load balancers`,
      about: 'Load balancers that know single instances send it no more requests.',
      danger: true,
    },
    able('instances') && {
      ...common,
      type: 'terminateInstances',
      verb: 'Terminate',
      title: `Terminate ${what}`,
      about: grouped
        ? 'The machine is ended; its server group makes another one in its place.'
        : 'The machine is ended and removed, with the disks that go with it.',
      danger: true,
    },
    able('instances') &&
      grouped && {
        ...common,
        type: 'terminateInstanceAndDecrementServerGroup',
        verb: 'Terminate and shrink',
        title: `Terminate ${what} and shrink`,
        about: 'The machine is ended and not replaced: its server group is smaller then.',
        danger: true,
      },
  ];
  return deeds.filter((deed) => deed !== false);
}
