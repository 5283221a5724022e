import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import type { Compute, MutateOptions } from './compute.ts';
import { GceFailure } from './errors.ts';
import { addressOf, findGroup, findTemplate, type GroupAddress } from './groups.ts';
import { type Group, lastPart, type Template, templateSchema } from './resources.ts';
import { changing, ignoreAbsent, insertOnce, removeUnused, undoing } from './safe-repeat.ts';
import type { ServerGroupOperation, UpdatePolicy } from './schema.ts';
import { mustFind } from './server-group.ts';
import { OPERATION_LABEL, operationLabel } from './template.ts';

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

/** The new template of a change: its name is the same in every re-run of the operation. */
export function nextTemplateName(context: Pick<OperationContext, 'requestId'>, serverGroup: string): string {
  return `${serverGroup}-${context.requestId('template name').slice(0, 8)}`;
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
  const name = nextTemplateName(context, d.serverGroupName);
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
    () => useTemplate(compute, d, change.address, name, policy, changing(context, 'use template')),
    () =>
      useTemplate(
        compute,
        d,
        change.address,
        change.before,
        // Instances that were already replaced go back the same way.
        policy.type === 'PROACTIVE' ? policy : (change.policyBefore ?? { type: 'OPPORTUNISTIC' }),
        undoing(context, 'use template'),
      ),
  );
  await meanwhile();
  await context.step('old template', () => removeOld(compute, context, change.before));
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
async function useTemplate(
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

/** Groups that keep their instances in place go on doing so. */
const distribution = (group: Group): object => {
  const type = group.updatePolicy?.['instanceRedistributionType'];
  return typeof type === 'string' ? { instanceRedistributionType: type } : {};
};

/** A template that cannot be deleted is no reason to take the change back. */
async function removeOld(compute: Compute, context: OperationContext, name: string): Promise<void> {
  const removal = compute.mutate(
    'InstanceTemplates',
    'delete',
    { instanceTemplate: name },
    changing(context, 'old template'),
  );
  try {
    if (await removeUnused(removal)) return;
    await context.progress('TEMPLATE', `Instance template ${name} stays: something still uses it`);
  } catch (error) {
    if (!(error instanceof GceFailure)) throw error;
    await context.progress('TEMPLATE', `Instance template ${name} stays and can be deleted by hand: ${error.message}`);
  }
}
