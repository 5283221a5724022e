import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import { GceFailure } from './errors.ts';
import { templateSchema } from './resources.ts';
import { changing, removeUnused } from './safe-repeat.ts';
import { OPERATION_LABEL } from './template.ts';

/** Names of the templates that our operations made for a server group, those that it does not use any more too. */
export async function templatesOf(compute: Compute, region: string, serverGroup: string): Promise<string[]> {
  const templates = await compute.list(
    'InstanceTemplates',
    'list',
    { filter: `name eq "${serverGroup}-.*"` },
    templateSchema,
  );
  return templates
    .filter(({ properties }) => {
      const labels = properties?.labels ?? {};
      return (
        labels['spinnaker-server-group'] === serverGroup &&
        labels['spinnaker-region'] === region &&
        labels[OPERATION_LABEL] !== undefined
      );
    })
    .map((template) => template.name);
}

/** Tidies a template away. One that cannot be deleted is no reason to take a change back: history says that it stays. */
export async function removeTemplate(compute: Compute, context: OperationContext, name: string): Promise<void> {
  const purpose = `remove template ${name}`;
  try {
    const removal = compute.mutate(
      'InstanceTemplates',
      'delete',
      { instanceTemplate: name },
      changing(context, purpose),
    );
    if (await removeUnused(removal)) return;
    await context.progress('TEMPLATE', `Instance template ${name} stays: something still uses it`);
  } catch (error) {
    if (!(error instanceof GceFailure)) throw error;
    await context.progress('TEMPLATE', `Instance template ${name} stays and can be deleted by hand: ${error.message}`);
  }
}
