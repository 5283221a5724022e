import {
  type AnyOperation,
  defineOperation,
  type OperationContext,
  type OperationPreview,
} from '@gennaker/extension-sdk/cloud';
import { z } from 'zod';
import type { Compute } from '../compute.ts';
import { differences, shown } from '../load-balancers/difference.ts';
import { lastPart } from '../resources.ts';
import { changing, ignoreAbsent, insertOnce, undoing } from '../safe-repeat.ts';
import { DEFAULT_PRIORITY, type Firewall, findFirewall, hasSource } from './firewalls.ts';
import { type UpsertSecurityGroup, upsertSecurityGroupSchema } from './schema.ts';
import { inverseOfFirewall } from '../inverse/firewall.ts';

/** Ranges that hold every address. */
const EVERYWHERE: readonly string[] = ['0.0.0.0/0', '::/0'];

type Fields = Readonly<Record<string, unknown>>;

/** What is to be done about a firewall; kept in the journal. */
type Plan =
  | { readonly act: 'keep' }
  | { readonly act: 'make'; readonly fields: Fields }
  | { readonly act: 'change'; readonly before: Fields; readonly after: Fields };

/** Makes a firewall, or brings it to what is described; what the description leaves out stays. */
export function upsertSecurityGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: upsertSecurityGroupSchema,
    examples: [
      {
        credentials: 'local-gce',
        securityGroupName: 'hello-web',
        network: 'default',
        sourceRanges: ['0.0.0.0/0'],
        targetTags: ['hello'],
        allowed: [{ ipProtocol: 'tcp', portRanges: ['8080'] }],
      },
    ],
    problems: problemsOf,
    cluster: () => null,
    preview: (_context, d) => preview(compute, d),
    inverse: (_context, d) => inverseOfFirewall(compute, d),
    run: (context, d) => run(compute, context, d),
  });
}

function problemsOf(d: UpsertSecurityGroup): string[] {
  const withPorts = ['tcp', 'udp', 'sctp'];
  return [
    ...(d.region === 'global' ? [] : [`region must be "global", as firewalls belong to no region, and is ${d.region}`]),
    ...(d.allowed ?? []).flatMap((rule, index) => [
      ...(rule.portRanges.length > 0 && !withPorts.includes(rule.ipProtocol)
        ? [`allowed.${index}.portRanges is for ${withPorts.join(', ')}, not for ${rule.ipProtocol}`]
        : []),
      ...rule.portRanges
        .filter((range) => !isRange(String(range)))
        .map(
          (range) => `allowed.${index}.portRanges holds "${range}"; ports are between 1 and 65535, the lower one first`,
        ),
    ]),
    ...(d.targetTags?.length && d.targetServiceAccounts?.length
      ? ['targetTags and targetServiceAccounts cannot both be given; a firewall finds instances by one of them']
      : []),
  ];
}

function isRange(text: string): boolean {
  const [from = 0, to = from] = text.split('-').map(Number);
  return from >= 1 && from <= to && to <= 65_535;
}

/** The wanted fields, as the API names them. */
function fieldsOf(d: UpsertSecurityGroup): Fields {
  return {
    ...(d.description ? { description: d.description } : {}),
    ...(typeof d.priority === 'number' ? { priority: d.priority } : {}),
    ...(typeof d.disabled === 'boolean' ? { disabled: d.disabled } : {}),
    ...(d.sourceRanges ? { sourceRanges: d.sourceRanges } : {}),
    ...(d.sourceTags ? { sourceTags: d.sourceTags } : {}),
    ...(d.targetTags ? { targetTags: d.targetTags } : {}),
    ...(d.targetServiceAccounts ? { targetServiceAccounts: d.targetServiceAccounts } : {}),
    ...(d.allowed
      ? {
          allowed: d.allowed.map(({ ipProtocol, portRanges }) => ({
            IPProtocol: ipProtocol,
            ...(portRanges.length > 0 ? { ports: portRanges.map(String) } : {}),
          })),
        }
      : {}),
  };
}

/** @throws Error naming the field that does not fit */
async function planOf(compute: Compute, d: UpsertSecurityGroup): Promise<Plan> {
  const fields = fieldsOf(d);
  const current = await findFirewall(compute, d.securityGroupName);
  if (!current) {
    if (!d.allowed?.length) throw new Error('allowed must say what a new firewall lets in, such as tcp 8080.');
    if (!d.sourceRanges?.length && !d.sourceTags?.length)
      throw new Error(
        'sourceRanges or sourceTags must say from where a new firewall lets in; 0.0.0.0/0 is everywhere.',
      );
    const network = await networkLink(compute, lastPart(d.network ?? 'default'));
    return { act: 'make', fields: { direction: 'INGRESS', network, ...fields } };
  }
  const unfit = unfitFor(d, current);
  if (unfit) throw new Error(unfit);
  if (d.network && lastPart(d.network) !== lastPart(current.network))
    throw new Error(
      `network: firewall ${d.securityGroupName} belongs to network ${lastPart(current.network)} and cannot move to ${lastPart(d.network)}; make another firewall there.`,
    );
  const { priority, disabled } = current;
  const found = differences(
    { ...current, priority: priority ?? DEFAULT_PRIORITY, disabled: disabled ?? false },
    fields,
  );
  if (found.length === 0) return { act: 'keep' };
  return {
    act: 'change',
    before: Object.fromEntries(found.map(({ field, from }) => [field, from ?? []])),
    after: Object.fromEntries(found.map(({ field, to }) => [field, to])),
  };
}

/** Why a firewall that exists cannot become what is described; null when it can. */
function unfitFor(d: UpsertSecurityGroup, current: Firewall): string | null {
  const { securityGroupName: name } = d;
  const elsewhere = 'change it in the cloud, or make another firewall';
  if (d.allowed && current.denied?.length)
    return `allowed: firewall ${name} denies, and cannot be turned into one that lets in; ${elsewhere}.`;
  if ((d.sourceRanges ?? d.sourceTags) && current.direction === 'EGRESS')
    return `sourceRanges, sourceTags: firewall ${name} is for outgoing traffic, which has no sources; ${elsewhere}.`;
  if (d.targetTags?.length && !d.targetServiceAccounts && current.targetServiceAccounts?.length)
    return `targetTags: firewall ${name} finds instances by service account (${current.targetServiceAccounts.join(', ')}); empty targetServiceAccounts too, as it finds them by one of both.`;
  const opened = hasSource(current) && !hasSource({ ...current, ...fieldsOf(d) });
  return opened && current.allowed?.length
    ? `sourceRanges, sourceTags: without any source firewall ${name} would let in from everywhere; say from where, or 0.0.0.0/0 if everywhere is meant.`
    : null;
}

async function networkLink(compute: Compute, name: string): Promise<string> {
  const networks = await compute.list('Networks', 'list', {}, z.looseObject({ name: z.string() }));
  if (!networks.some((network) => network.name === name))
    throw new Error(
      `network: there is no network ${name} in account ${compute.account.name}; there is ${networks.map((each) => each.name).join(', ') || 'none'}.`,
    );
  return `projects/${compute.project}/global/networks/${name}`;
}

async function preview(compute: Compute, d: UpsertSecurityGroup): Promise<OperationPreview> {
  let plan: Plan;
  try {
    plan = await planOf(compute, d);
  } catch (error) {
    return { changes: [], warnings: [], problems: [error instanceof Error ? error.message : String(error)] };
  }
  const name = `firewall ${d.securityGroupName}`;
  const denies = (await findFirewall(compute, d.securityGroupName))?.denied?.length;
  const everywhere =
    plan.act === 'keep' || denies ? undefined : d.sourceRanges?.find((range) => EVERYWHERE.includes(range));
  return {
    changes:
      plan.act === 'keep'
        ? []
        : plan.act === 'make'
          ? [`Makes ${name} (${shown(plan.fields)}).`]
          : [
              `Changes ${name}: ${Object.keys(plan.after)
                .map((field) => `${field} from ${shown(plan.before[field])} to ${shown(plan.after[field])}`)
                .join('; ')}.`,
            ],
    warnings: [
      ...(everywhere ? [`${name} lets in from everywhere (${everywhere}).`] : []),
      ...(plan.act === 'change' && plan.after['disabled'] === true
        ? [denies ? 'What only it denies gets through from then on.' : 'What only it lets in is refused from then on.']
        : []),
    ],
    problems: [],
  };
}

async function run(compute: Compute, context: OperationContext, d: UpsertSecurityGroup) {
  const name = d.securityGroupName;
  context.touch({ kind: 'securityGroup', region: 'global', name });
  const plan = await context.step('find', () => planOf(compute, d));
  if (plan.act === 'make') {
    const mark = `Made by Gennaker, operation ${context.operationId}`;
    const firewallResource = { description: mark, ...plan.fields, name };
    const isOurs = async () => {
      const found = await findFirewall(compute, name);
      return found?.description === firewallResource.description;
    };
    await context.progress('SECURITY_GROUP', `Making firewall ${name}`);
    await context.step(
      'make',
      () =>
        insertOnce(
          () => compute.mutate('Firewalls', 'insert', { firewallResource }, changing(context, 'make')),
          isOurs,
        ),
      async () => {
        if (await isOurs())
          await ignoreAbsent(compute.mutate('Firewalls', 'delete', { firewall: name }, undoing(context, 'make')));
      },
    );
  }
  if (plan.act === 'change') {
    await context.progress('SECURITY_GROUP', `Changing ${Object.keys(plan.after).join(', ')} of firewall ${name}`);
    await context.step(
      'change',
      () => write(compute, name, plan.after, changing(context, 'change')),
      () => write(compute, name, plan.before, undoing(context, 'change')),
    );
  }
  return [{ type: 'SecurityGroupResult', securityGroups: { global: { name } } }];
}

/** Writes the whole firewall, as a list can be emptied only so. */
async function write(
  compute: Compute,
  name: string,
  fields: Fields,
  options: ReturnType<typeof changing>,
): Promise<void> {
  const current: Firewall | null = await findFirewall(compute, name);
  if (!current) throw new Error(`Firewall ${name} is gone; start the change again.`);
  const firewallResource = { ...current, ...fields };
  await compute.mutate('Firewalls', 'update', { firewall: name, firewallResource }, options);
}
