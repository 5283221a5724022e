import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import type { Compute, MutateOptions } from './compute.ts';
import { addressOf, findGroup, findTemplate, type GroupAddress } from './groups.ts';
import { type Group, lastPart, type Template, templateSchema } from './resources.ts';
import { changing, ignoreAbsent, insertOnce, undoing } from './safe-repeat.ts';
import type { ServerGroupOperation, UpdatePolicy } from './schema.ts';
import { mustFind } from './server-group.ts';
import { OPERATION_LABEL, operationLabel } from './template.ts';
import { removeTemplate } from './template-removal.ts';

/** A server group and the template that its instances are made from. */
export interface TemplateOfGroup {
  readonly group: Group;
  readonly address: GroupAddress;
  readonly template: Template;
}

/** Reads a server group and its template. @throws Error saying what is not there, or that it has two versions */
export async function templateOf(compute: Compute, d: ServerGroupOperation): Promise<TemplateOfGroup> {
  const group = await mustFind(compute, d);
  if ((group.versions ?? []).length > 1)
    throw new Error(
      `Server group ${d.serverGroupName} has two versions at once, of which a change would leave one; end its canary update first.`,
    );
  const template = await findTemplate(compute, group.instanceTemplate ?? group.versions?.[0]?.instanceTemplate);
  if (!template)
    throw new Error(
      `The instance template of ${d.serverGroupName} (${lastPart(group.instanceTemplate) || 'none is named'}) does not exist; clone another server group instead.`,
    );
  return { group, address: addressOf(group), template };
}

/** What a change of template works on; kept in the journal. */
export interface TemplateChange {
  readonly address: GroupAddress;
  /** Name of the template in use. */
  readonly before: string;
  /** Update policy that the group had, restored by the undo. */
  readonly policyBefore: object | null;
  /** Properties of the new template. */
  readonly properties: Record<string, unknown>;
  readonly description: string;
}

/** The new template of a change: its name is the same in every re-run of the operation, and has at most 63 characters. */
export function nextTemplateName(context: Pick<OperationContext, 'requestId'>, serverGroup: string): string {
  return `${serverGroup.slice(0, 54)}-${context.requestId('template name').slice(0, 8)}`;
}

/**
 * Gives a server group a new template: inserts it, then has the group use it. What the operation does besides comes in
 * between as `meanwhile`; the old template goes last, as nothing can be undone after that.
 */
export async function changeTemplate(
  compute: Compute,
  context: OperationContext,
  d: ServerGroupOperation,
  change: TemplateChange,
  policy: UpdatePolicy | { readonly type: 'OPPORTUNISTIC' },
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  // Another attempt goes on with the name that the first one took.
  const name = await context.step('template name', () => Promise.resolve(nextTemplateName(context, d.serverGroupName)));
  await context.progress('TEMPLATE', `Making instance template ${name} in place of ${change.before}`);
  await context.step(
    'template',
    () => insertTemplate(compute, context, name, change),
    () =>
      ignoreAbsent(
        compute.mutate('InstanceTemplates', 'delete', { instanceTemplate: name }, undoing(context, 'template')),
      ),
  );
  await context.progress('GROUP', `Having ${d.serverGroupName} use ${name}`);
  await context.step(
    'use template',
    () => switchTemplate(compute, d, change.address, name, policy, changing(context, 'use template')),
    () => takeBack(compute, d, change, name, policy, (part) => undoing(context, `use template ${part}`)),
  );
  await meanwhile();
  await context.step('old template', () => removeTemplate(compute, context, change.before));
  return name;
}

async function insertTemplate(compute: Compute, context: OperationContext, name: string, change: TemplateChange) {
  const labels = change.properties['labels'];
  const instanceTemplateResource = {
    name,
    description: change.description,
    properties: {
      ...change.properties,
      labels: { ...(typeof labels === 'object' ? labels : {}), [OPERATION_LABEL]: operationLabel(context.operationId) },
    },
  };
  await insertOnce(
    () => compute.mutate('InstanceTemplates', 'insert', { instanceTemplateResource }, changing(context, 'template')),
    async () => {
      const found = await compute.find('InstanceTemplates', 'get', { instanceTemplate: name }, templateSchema);
      return found?.properties?.labels?.[OPERATION_LABEL] === operationLabel(context.operationId);
    },
  );
}

/** Has a group make its instances from a template from now on. */
async function switchTemplate(
  compute: Compute,
  d: ServerGroupOperation,
  address: GroupAddress,
  template: string,
  policy: object,
  options: MutateOptions,
): Promise<void> {
  const link = `projects/${compute.project}/global/instanceTemplates/${template}`;
  await compute.edit(
    () => findGroup(compute, d.region, d.serverGroupName, options.signal),
    address.service,
    'patch',
    (group) => {
      if (!group) throw new Error(`Server group ${d.serverGroupName} vanished from ${d.region} while it was changed.`);
      return {
        ...address.scope,
        instanceGroupManager: d.serverGroupName,
        instanceGroupManagerResource: {
          ...(group.fingerprint ? { fingerprint: group.fingerprint } : {}),
          versions: [{ instanceTemplate: link }],
          updatePolicy: { ...distribution(group), ...policy },
        },
      };
    },
    options,
  );
}

/** Longest wait for instances that go back to the template before, ms. */
const TAKE_BACK_MS = 10 * 60_000;

/** Has a group use its old template again; instances that were replaced already go back the same way. */
async function takeBack(
  compute: Compute,
  d: ServerGroupOperation,
  change: TemplateChange,
  name: string,
  policy: { readonly type: string },
  purpose: (part: string) => MutateOptions,
): Promise<void> {
  const { address, before } = change;
  const read = () => findGroup(compute, d.region, d.serverGroupName);
  const current = await read();
  if (!current) return;
  if (policy.type === 'PROACTIVE' && lastPart(current.versions?.[0]?.instanceTemplate) === name) {
    await switchTemplate(compute, d, address, before, policy, purpose('replaced'));
    const until = compute.now() + TAKE_BACK_MS;
    for (let group = await read(); group && !isRolledOut(group) && compute.now() < until; group = await read())
      await compute.sleep(2_000);
  }
  await switchTemplate(compute, d, address, before, plainPolicy(change.policyBefore), purpose('policy'));
}

const isRolledOut = (group: Group): boolean =>
  group.status?.isStable !== false && group.status?.versionTarget?.isReached !== false;

/** A policy as it may be written: numbers that Google only calculates are left out. */
function plainPolicy(policy: object | null): object {
  const amount = (value: unknown): object | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    if ('percent' in value && typeof value.percent === 'number') return { percent: value.percent };
    return 'fixed' in value && typeof value.fixed === 'number' ? { fixed: value.fixed } : undefined;
  };
  const kept = Object.entries(policy ?? {}).flatMap(([key, value]) => {
    const plain = typeof value === 'string' ? value : amount(value);
    return plain === undefined || key.startsWith('_') ? [] : [[key, plain] as const];
  });
  return { type: 'OPPORTUNISTIC', ...Object.fromEntries(kept) };
}

/** Groups that keep their instances in place go on doing so. */
const distribution = (group: Group): object => {
  const type = group.updatePolicy?.['instanceRedistributionType'];
  return typeof type === 'string' ? { instanceRedistributionType: type } : {};
};
