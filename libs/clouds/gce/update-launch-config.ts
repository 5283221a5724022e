import { isDeepStrictEqual } from 'node:util';
import { type AnyOperation, defineOperation } from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import type { GroupAddress } from './groups.ts';
import { findImage } from './images.ts';
import { DEFAULT_TYPE, launchProperties, type Properties } from './launch-properties.ts';
import { placementProblems } from './placement.ts';
import { type Group, lastPart } from './resources.ts';
import { type UpdateLaunchConfig, updateLaunchConfigSchema, updatePolicySchema } from './schema.ts';
import { clusterOf, example, touch } from './server-group.ts';
import { changeTemplate, nextTemplateName, type TemplateChange, templateOf } from './template-change.ts';
import { inverseOfLaunchConfig } from './inverse/template.ts';

/**
 * Changes what a server group's instances are made of. With a PROACTIVE `updatePolicy` the group replaces its instances
 * by and by, never more at once than `maxSurge` and `maxUnavailable` say; without one each changes when it is next made.
 */
export function updateLaunchConfig(compute: Compute): AnyOperation {
  return defineOperation({
    schema: updateLaunchConfigSchema,
    examples: [
      { ...example, instanceType: 'e2-medium' },
      {
        ...example,
        image: 'hello-2-0-0',
        updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 3 }, maxUnavailable: { fixed: 0 } },
      },
    ],
    problems: policyProblems,
    cluster: clusterOf,
    preview: async (_context, d) => {
      const plan = await planUpdate(compute, { requestId: () => '00000000' }, d);
      if (plan.problems.length > 0) return { changes: [], warnings: [], problems: plan.problems };
      if (plan.changed.length === 0 && !isProactive(d)) return { changes: [], warnings: [], problems: [] };
      return {
        changes: [
          ...(plan.changed.length > 0
            ? [`Gives ${d.serverGroupName} a new instance template that differs in ${plan.changed.join(', ')}.`]
            : []),
          ...(isProactive(d) ? [rollText(d)] : []),
        ],
        warnings: isProactive(d) ? [] : ['Instances that run are not touched: each changes when it is next made.'],
        problems: [],
      };
    },
    inverse: (_context, d) => inverseOfLaunchConfig(compute, d),
    run: async (context, d) => {
      touch(context, d);
      const plan = await context.step('find', async () => {
        const made = await planUpdate(compute, context, d);
        if (made.problems.length > 0) throw new Error(`${made.problems.join('; ')}.`);
        return made;
      });
      if (plan.changed.length === 0 && !isProactive(d)) {
        await context.progress('TEMPLATE', `${d.serverGroupName} is made of that already: nothing to change`);
        return [{ type: 'LaunchConfigResult', serverGroupName: d.serverGroupName, changed: [] }];
      }
      if (isProactive(d)) await context.progress('ROLL_OUT', rollText(d));
      const policy = updatePolicySchema.parse(d.updatePolicy ?? {});
      const template = await changeTemplate(compute, context, d, plan.change, policy);
      return [
        {
          type: 'LaunchConfigResult',
          serverGroupName: d.serverGroupName,
          launchConfigurationName: template,
          changed: plan.changed,
        },
      ];
    },
  });
}

const isProactive = (d: UpdateLaunchConfig): boolean => d.updatePolicy?.type === 'PROACTIVE';

function policyProblems(d: UpdateLaunchConfig): string[] {
  const { maxSurge: surge, maxUnavailable: unavailable, replacementMethod } = d.updatePolicy ?? {};
  const none = (amount: typeof surge) => amount !== undefined && (amount.fixed ?? amount.percent ?? 0) === 0;
  return [
    ...(none(surge) && none(unavailable)
      ? ['updatePolicy: maxSurge and maxUnavailable cannot both be 0, or nothing could ever be replaced']
      : []),
    ...(replacementMethod === 'RECREATE' && surge !== undefined && !none(surge)
      ? ['updatePolicy: replacementMethod RECREATE keeps the names of instances, so that maxSurge must be 0']
      : []),
  ];
}

/** From so many instances on a regional group takes percentages. */
const LEAST_FOR_PERCENT = 10;

/** Why Google would refuse the amounts of an update policy: a regional group counts by its zones. */
function amountProblems(d: UpdateLaunchConfig, group: Group, address: GroupAddress): string[] {
  if ('zone' in address.scope) return [];
  const zones = group.distributionPolicy?.zones?.length ?? 0;
  const size = group.targetSize ?? 0;
  return (['maxSurge', 'maxUnavailable'] as const).flatMap((field) => {
    const { fixed = 0, percent = 0 } = d.updatePolicy?.[field] ?? {};
    return [
      ...(fixed > 0 && fixed < zones
        ? [
            `updatePolicy.${field} is ${fixed}, and of a regional group it must be 0, or at least the number of its zones (${zones})`,
          ]
        : []),
      ...(percent > 0 && size < LEAST_FOR_PERCENT
        ? [
            `updatePolicy.${field} is ${percent} %, which a regional group takes from ${LEAST_FOR_PERCENT} instances on, and ${d.serverGroupName} has ${size}; say a fixed number`,
          ]
        : []),
    ];
  });
}

const amountText = (amount: { fixed?: number | undefined; percent?: number | undefined } | undefined): string =>
  amount === undefined
    ? "the group's own number"
    : amount.percent === undefined
      ? String(amount.fixed ?? 0)
      : `${amount.percent} %`;

function rollText(d: UpdateLaunchConfig): string {
  const { maxSurge, maxUnavailable } = d.updatePolicy ?? {};
  return `Replaces the instances of ${d.serverGroupName}: at most ${amountText(maxSurge)} more than its size, and ${amountText(maxUnavailable)} missing, at any time.`;
}

/** Looks up what the description names, and lays it over the template in use. */
async function planUpdate(
  compute: Compute,
  names: Parameters<typeof nextTemplateName>[0],
  d: UpdateLaunchConfig,
): Promise<{ readonly change: TemplateChange; readonly changed: string[]; readonly problems: string[] }> {
  const { group, address, template } = await templateOf(compute, d);
  const before: Properties = template.properties ?? {};
  const image = d.image ? await findImage(compute, d.image) : null;
  const place = {
    project: compute.project,
    account: d.credentials,
    region: d.region,
    serverGroup: d.serverGroupName,
    template: nextTemplateName(names, d.serverGroupName),
  };
  const properties = launchProperties(place, before, d, image);
  // Laid over nothing, the fields that differ only in how they are written fall away.
  const same = launchProperties(place, before, {}, null);
  const changed = Object.keys(properties).filter((key) => !isDeepStrictEqual(properties[key], same[key]));
  const amounts = isProactive(d) ? amountProblems(d, group, address) : [];
  const asksForPlace = d.instanceType || d.network || d.subnet;
  const places = asksForPlace
    ? await placementProblems(compute, {
        region: d.region,
        zones: 'zone' in address.scope ? [address.scope.zone] : [],
        instanceType: lastPart(d.instanceType ?? before.machineType) || DEFAULT_TYPE,
        network: d.network ?? before.networkInterfaces?.[0]?.network,
        subnet: d.subnet,
        more: 0,
      })
    : [];
  return {
    change: {
      address,
      before: template.name,
      policyBefore: group.updatePolicy ?? null,
      properties,
      description: template.description ?? `Server group ${d.serverGroupName}`,
    },
    changed,
    problems: [...amounts, ...places],
  };
}
