import { parseName } from '@gennaker/contracts/moniker';
import {
  type AnyOperation,
  type ClusterRef,
  defineOperation,
  type OperationContext,
} from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import { GceFailure } from './errors.ts';
import { changeMembers, mustPlanMembers, planMembers } from './group-members.ts';
import { regionOfZone } from './groups.ts';
import { instanceSchema, lastPart } from './resources.ts';
import { changing, ignoreAbsent } from './safe-repeat.ts';
import {
  rebootInstancesSchema,
  type ServerGroupOperation,
  serverGroupOperationSchema,
  terminateAndDecrementSchema,
  type TerminateInstances,
  terminateInstancesSchema,
} from './schema.ts';
import { clusterOf, example, touch } from './server-group.ts';

const instanceIds = ['hello-prod-v001-x1y2'];

/** Makes instances of a server group anew, or deletes machines that belong to none. */
export function terminateInstances(compute: Compute): AnyOperation {
  return defineOperation({
    schema: terminateInstancesSchema,
    examples: [{ ...example, instanceIds }],
    problems: (d) => (d.region || d.zone ? [] : ['region or zone must say where the instances are']),
    cluster: (d) => clusterOfMembers(d),
    takesAway: (d) => {
      const region = d.region ?? (d.zone ? regionOfZone(d.zone) : null);
      return region ? [{ kind: 'instances', region, instanceIds: d.instanceIds.map(lastPart) }] : [];
    },
    preview: async (_context, d) => {
      const ids = d.instanceIds.join(', ');
      const group = memberGroup(d);
      if (group) {
        const plan = await planMembers(compute, group, d.instanceIds);
        return {
          changes: plan.problem ? [] : [`Deletes ${ids} and makes each of them anew in ${group.serverGroupName}.`],
          warnings: plan.problem ? [] : ['What is on their disks is lost, and their connections end.'],
          problems: plan.problem ? [plan.problem] : [],
        };
      }
      const plan = await planMachines(compute, d);
      return {
        changes: plan.found.map(({ name, zone }) => `Deletes ${name} in ${zone}.`),
        warnings: plan.found.length > 0 ? ['What is on their disks is lost, and their connections end.'] : [],
        problems: [],
      };
    },
    run: async (context, d) => {
      const group = memberGroup(d);
      if (group) {
        touch(context, group);
        const plan = await context.step('find', () => mustPlanMembers(compute, group, d.instanceIds));
        await context.progress('TERMINATE', `Making ${d.instanceIds.join(', ')} of ${group.serverGroupName} anew`);
        await context.step('recreate', () =>
          changeMembers(compute, context, plan.address, group.serverGroupName, 'recreateInstances', plan.links),
        );
        return [{ type: 'TerminateResult', instanceIds: d.instanceIds, recreated: true }];
      }
      const plan = await context.step('find', () => planMachines(compute, d));
      for (const name of plan.absent) await context.progress('TERMINATE', `${name} does not exist: nothing to delete`);
      await eachMachine(context, plan.found, 'delete', async ({ name, zone }) => {
        await context.progress('TERMINATE', `Deleting ${name}`);
        await ignoreAbsent(
          compute.mutate('Instances', 'delete', { zone, instance: name }, changing(context, `delete ${name}`)),
        );
      });
      return [{ type: 'TerminateResult', instanceIds: d.instanceIds, recreated: false }];
    },
  });
}

/** Deletes instances of a server group, which becomes smaller by them. */
export function terminateInstanceAndDecrement(compute: Compute): AnyOperation {
  return defineOperation({
    schema: terminateAndDecrementSchema,
    examples: [{ ...example, instanceIds }],
    cluster: clusterOf,
    takesAway: (d) => [{ kind: 'instances', region: d.region, instanceIds: d.instanceIds.map(lastPart) }],
    preview: async (_context, d) => {
      const plan = await planMembers(compute, d, d.instanceIds, true);
      if (plan.problem) return { changes: [], warnings: [], problems: [plan.problem] };
      const after = plan.size - plan.links.length;
      return {
        changes:
          plan.links.length === 0
            ? []
            : [
                `Deletes ${plan.links.map(lastPart).join(', ')}; ${d.serverGroupName} then has ${after} of ${plan.size} instances.`,
              ],
        warnings: [
          ...(plan.links.length > 0 ? ['What is on their disks is lost, and their connections end.'] : []),
          ...(after < plan.least
            ? [`Its autoscaler keeps at least ${plan.least}, and makes others in their place.`]
            : []),
        ],
        problems: [],
      };
    },
    run: async (context, d) => {
      touch(context, d);
      const plan = await context.step('find', () => mustPlanMembers(compute, d, d.instanceIds, true));
      if (plan.links.length === 0) {
        await context.progress('TERMINATE', `${d.instanceIds.join(', ')} are gone already: nothing to delete`);
        return [{ type: 'TerminateResult', instanceIds: d.instanceIds, recreated: false }];
      }
      await context.progress(
        'TERMINATE',
        `Deleting ${plan.links.map(lastPart).join(', ')} of ${d.serverGroupName}, which becomes smaller by ${plan.links.length}`,
      );
      await context.step('delete', () =>
        changeMembers(compute, context, plan.address, d.serverGroupName, 'deleteInstances', plan.links),
      );
      return [{ type: 'TerminateResult', instanceIds: d.instanceIds, recreated: false }];
    },
  });
}

/** Restarts machines where they are; what is on their disks stays. */
export function rebootInstances(compute: Compute): AnyOperation {
  return defineOperation({
    schema: rebootInstancesSchema,
    examples: [{ credentials: 'local-gce', region: 'us-central1', zone: 'us-central1-a', instanceIds }],
    problems: (d) => (d.region || d.zone ? [] : ['region or zone must say where the instances are']),
    cluster: () => null,
    preview: async (_context, d) => {
      const plan = await planMachines(compute, d);
      return {
        changes: plan.found.map(({ name, zone }) => `Restarts ${name} in ${zone}.`),
        warnings: plan.found.length > 0 ? ['Their connections end, without being drained.'] : [],
        problems: plan.absent.map((name) => `instance ${name} does not exist there; correct the name`),
      };
    },
    run: async (context, d) => {
      const plan = await context.step('find', async () => {
        const found = await planMachines(compute, d);
        if (found.absent.length > 0)
          throw new Error(
            `Instance ${found.absent.join(', ')} does not exist in ${d.zone ?? d.region}; correct the name.`,
          );
        return found;
      });
      for (const { group, zone } of plan.found)
        if (group) context.touch({ kind: 'serverGroup', region: regionOfZone(zone), name: group });
      await eachMachine(context, plan.found, 'reboot', async ({ name, zone }) => {
        await context.progress('REBOOT', `Restarting ${name}`);
        await compute.mutate('Instances', 'reset', { zone, instance: name }, changing(context, `reset ${name}`));
      });
      return [{ type: 'RebootResult', instanceIds: d.instanceIds }];
    },
  });
}

/** The server group of a description that names one. */
function memberGroup(d: TerminateInstances): ServerGroupOperation | null {
  const region = d.region ?? (d.zone ? regionOfZone(d.zone) : null);
  if (!d.serverGroupName || !region) return null;
  return serverGroupOperationSchema.parse({ ...d, region, serverGroupName: d.serverGroupName });
}

function clusterOfMembers(d: TerminateInstances): ClusterRef | null {
  const group = memberGroup(d);
  const moniker = group && parseName(group.serverGroupName);
  return moniker && { region: group.region, cluster: moniker.cluster };
}

interface Machine {
  readonly name: string;
  readonly zone: string;
  /** Server group that made it. */
  readonly group: string | null;
}

/** Finds machines by name in a zone or region. */
async function planMachines(
  compute: Compute,
  d: {
    readonly region?: string | null | undefined;
    readonly zone?: string | null | undefined;
    readonly instanceIds: readonly string[];
  },
): Promise<{ readonly found: Machine[]; readonly absent: string[] }> {
  const found: Machine[] = [];
  const absent: string[] = [];
  for (const name of new Set(d.instanceIds.map(lastPart))) {
    const candidates = await compute.aggregated('Instances', 'instances', instanceSchema, { filter: `name = ${name}` });
    const machine = candidates.find((one) => {
      const zone = lastPart(one.zone);
      return one.name === name && (d.zone ? zone === d.zone : regionOfZone(zone) === d.region);
    });
    if (!machine) {
      absent.push(name);
      continue;
    }
    const creator = machine.metadata?.items?.find((item) => item.key === 'created-by')?.value;
    found.push({ name, zone: lastPart(machine.zone), group: lastPart(creator) || null });
  }
  return { found, absent };
}

/** What became of a machine. */
const DONE = { delete: 'deleted', reboot: 'restarted' } as const;

/** Does all of them, then tells those that failed: one that fails does not keep the others from being done. */
async function eachMachine(
  context: OperationContext,
  machines: readonly Machine[],
  step: keyof typeof DONE,
  run: (machine: Machine) => Promise<void>,
): Promise<void> {
  const failed: string[] = [];
  for (const machine of machines) {
    const outcome = await context.step(
      `${step} ${machine.name}`,
      async () => {
        try {
          await run(machine);
          return { failure: null };
        } catch (error) {
          if (!(error instanceof GceFailure) || error.gce.kind === 'unavailable') throw error;
          return { failure: error.message };
        }
      },
      { stays: ({ failure }) => (failure ? null : `${machine.name} is ${DONE[step]}`) },
    );
    if (outcome.failure) failed.push(`${machine.name}: ${outcome.failure}`);
  }
  if (failed.length > 0) throw new Error(`${failed.length} of ${machines.length} failed. ${failed.join('; ')}`);
}
