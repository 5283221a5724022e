import { type AnyOperation, defineOperation, type OperationContext } from '@gennaker/extension-sdk/cloud';
import { findAutoscaler, mergedPolicy, policyProblems, policyText, putAutoscaler } from './autoscalers.ts';
import type { Compute } from './compute.ts';
import { addressOf, findTemplate, type GroupAddress, managedGroupLink, regionOfAddress } from './groups.ts';
import { DEFAULT_TYPE } from './launch-properties.ts';
import { placementProblems } from './placement.ts';
import { planPolicyMetadata, policyChangeText } from './policy-metadata-change.ts';
import { type Autoscaler, autoscalerSchema, type Group, lastPart } from './resources.ts';
import { changing, undoing } from './safe-repeat.ts';
import { type ResizeServerGroup, resizeServerGroupSchema } from './schema.ts';
import { clusterOf, example, mustFind, touch } from './server-group.ts';
import { changeTemplate, type TemplateChange } from './template-change.ts';
import { inverseOfResize } from './inverse/capacity.ts';

/** Changes how many instances a server group has: its size, or the bounds of its autoscaler where it has one. */
export function resizeServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: resizeServerGroupSchema,
    examples: [{ ...example, capacity: { min: 3, max: 3, desired: 3 } }],
    problems: (d) => {
      const { min, max, desired } = boundsOf(d);
      return [
        ...(desired === undefined && min === undefined && max === undefined && !d.autoscalingMode
          ? ['targetSize or capacity must say the new size']
          : []),
        ...((min ?? 0) > (max ?? Infinity) ||
        (desired ?? min ?? 0) > (max ?? Infinity) ||
        (desired ?? Infinity) < (min ?? 0)
          ? [`capacity must satisfy min <= desired <= max, and is ${JSON.stringify(d.capacity)}`]
          : []),
      ];
    },
    cluster: clusterOf,
    takesAway: (d) => [{ kind: 'size', region: d.region, serverGroupName: d.serverGroupName, ...boundsOf(d) }],
    becomes: (d) => [{ kind: 'size', region: d.region, serverGroupName: d.serverGroupName, ...boundsOf(d) }],
    preview: async (_context, d) => {
      const { plan, problems } = await planResize(compute, d);
      if (!plan) return { changes: [], warnings: [], problems };
      return {
        changes: [
          ...(plan.policy ? [`Sets the autoscaler of ${d.serverGroupName} to ${policyText(plan.policy)}.`] : []),
          ...(plan.resizes && plan.size !== plan.before
            ? [`Resizes ${d.serverGroupName} from ${plan.before} to ${plan.size} instances.`]
            : []),
          ...(plan.metadata ? [policyChangeText(d.serverGroupName)] : []),
        ],
        warnings: [
          ...(plan.policy && !plan.resizes && d.capacity?.desired !== undefined
            ? ['Its autoscaler decides how many instances there are between the bounds.']
            : []),
          ...(plan.empties ? ['Its autoscaler rests until the server group is enabled again.'] : []),
          ...(plan.size < plan.before ? [`${plan.before - plan.size} instances are stopped and deleted.`] : []),
        ],
        problems: [],
      };
    },
    inverse: (_context, d) => inverseOfResize(compute, d),
    run: async (context, d) => {
      touch(context, d);
      const plan = await context.step('find', async () => {
        const found = await planResize(compute, d);
        if (!found.plan) throw new Error(`${found.problems.join('; ')}.`);
        return found.plan;
      });
      if (plan.policy) {
        const { policy } = plan;
        const autoscaler = autoscalerSchema.parse(plan.autoscaler);
        await noteRest(context, d, plan, autoscaler.autoscalingPolicy?.mode ?? 'ON');
        await context.progress('RESIZE', `Setting the autoscaler of ${d.serverGroupName} to ${policyText(policy)}`);
        const at = { address: plan.address, group: d.serverGroupName, target: plan.target };
        await context.step(
          'autoscaler',
          () => putAutoscaler(compute, at, autoscaler, policy, changing(context, 'autoscaler')),
          () =>
            putAutoscaler(compute, at, autoscaler, autoscaler.autoscalingPolicy ?? {}, undoing(context, 'autoscaler')),
        );
      }
      if (plan.resizes) {
        await context.progress('RESIZE', `Resizing ${d.serverGroupName} to ${plan.size}`);
        const resize = (size: number, options: ReturnType<typeof changing>) =>
          compute.mutate(
            plan.address.service,
            'resize',
            { ...plan.address.scope, instanceGroupManager: d.serverGroupName, size },
            options,
          );
        await context.step(
          'resize',
          () => resize(plan.size, changing(context, 'resize')),
          async () => void (await resize(plan.before, undoing(context, 'resize'))),
        );
      }
      if (plan.metadata) await changeTemplate(compute, context, d, plan.metadata, { type: 'OPPORTUNISTIC' });
      return [
        {
          type: 'ResizeResult',
          serverGroupName: d.serverGroupName,
          ...(plan.resizes ? { targetSize: plan.size } : { autoscalingPolicy: plan.policy }),
        },
      ];
    },
  });
}

/** Keeps the mode that the autoscaler of a group which is to be empty has again once the group is enabled. */
async function noteRest(
  context: OperationContext,
  d: ResizeServerGroup,
  { empties, resizes }: ResizePlan,
  before: string,
): Promise<void> {
  const record = await context.step('traffic before', () => context.getTraffic(d.region, d.serverGroupName));
  const rests = empties && before !== 'OFF';
  const works = !resizes && record?.autoscalingMode !== undefined;
  if (!record || !(rests || works)) return;
  const { autoscalingMode: _noted, ...rest } = record;
  await context.step(
    'note mode',
    () => context.setTraffic(d.region, d.serverGroupName, { ...rest, ...(rests ? { autoscalingMode: before } : {}) }),
    () => context.setTraffic(d.region, d.serverGroupName, record),
  );
}

interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly desired: number | undefined;
}

function boundsOf(d: ResizeServerGroup): Bounds {
  const size = d.targetSize ?? undefined;
  const { min, max, desired } = d.capacity ?? {};
  return { min, max, desired: desired ?? size };
}

interface ResizePlan {
  readonly address: GroupAddress;
  readonly target: string;
  readonly before: number;
  readonly size: number;
  /** Whether the group itself is resized: no autoscaler decides on its size. */
  readonly resizes: boolean;
  /** It is to have no instance, which no autoscaler allows: it rests, and keeps its bounds. */
  readonly empties: boolean;
  readonly autoscaler: Autoscaler | null;
  /** What the autoscaler is told; null: there is none. */
  readonly policy:
    | (Record<string, unknown> & { readonly minNumReplicas: number; readonly maxNumReplicas: number })
    | null;
  /** The template that tells it; null: none is to be made. */
  readonly metadata: TemplateChange | null;
}

async function planResize(
  compute: Compute,
  d: ResizeServerGroup,
): Promise<{ readonly plan: ResizePlan | null; readonly problems: readonly string[] }> {
  const group = await mustFind(compute, d);
  const address = addressOf(group);
  const before = group.targetSize ?? 0;
  const autoscaler = await findAutoscaler(compute, address, group);
  const base = { address, target: managedGroupLink(group), before, autoscaler };
  const { min, max, desired } = boundsOf(d);
  if (!autoscaler) {
    const size = desired ?? Math.min(Math.max(before, min ?? 0), max ?? Infinity);
    const problems = size > before ? await roomProblems(compute, group, address, size - before) : [];
    return problems.length > 0
      ? { plan: null, problems }
      : { plan: { ...base, size, resizes: true, empties: false, policy: null, metadata: null }, problems: [] };
  }
  // An autoscaler decides within its bounds: a size alone can be kept only by bounds that leave it no choice.
  const only = min === undefined && max === undefined ? desired : undefined;
  const lower = min ?? only;
  const upper = max ?? only;
  const empties = upper === 0;
  const policy = mergedPolicy(
    autoscaler,
    empties
      ? { mode: 'OFF' }
      : {
          ...(lower === undefined ? {} : { minNumReplicas: lower }),
          ...(upper === undefined ? {} : { maxNumReplicas: upper }),
          ...(d.autoscalingMode ? { mode: d.autoscalingMode } : {}),
        },
  );
  const problems = policyProblems(policy);
  const resizes = policy.mode === 'OFF';
  const wanted = (resizes ? desired : undefined) ?? before;
  const size = empties ? 0 : Math.min(Math.max(wanted, policy.minNumReplicas), policy.maxNumReplicas);
  if (size > before) problems.push(...(await roomProblems(compute, group, address, size - before)));
  if (problems.length > 0) return { plan: null, problems };
  // A group that rests is to have the mode again that it had.
  const metadata = d.writeMetadata && !empties ? await planPolicyMetadata(compute, d, policy, d.autoscalingMode) : null;
  return { plan: { ...base, size, resizes, empties, policy, metadata }, problems: [] };
}

/** What stands against more instances of a group. */
async function roomProblems(compute: Compute, group: Group, address: GroupAddress, more: number): Promise<string[]> {
  const template = await findTemplate(compute, group.instanceTemplate);
  return placementProblems(compute, {
    region: regionOfAddress(address),
    zones: 'zone' in address.scope ? [address.scope.zone] : [],
    instanceType: lastPart(template?.properties?.machineType) || DEFAULT_TYPE,
    preemptible: template?.properties?.scheduling?.preemptible,
    more,
  });
}
