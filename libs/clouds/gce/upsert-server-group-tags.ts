import { type AnyOperation, defineOperation } from '@gennaker/extension-sdk/cloud';
import type { Compute, MutateOptions } from './compute.ts';
import { managedInstances } from './groups.ts';
import { instanceSchema, lastPart } from './resources.ts';
import { changing, undoing } from './safe-repeat.ts';
import { type UpsertServerGroupTags, upsertServerGroupTagsSchema } from './schema.ts';
import { clusterOf, example, touch } from './server-group.ts';
import { changeTemplate, templateOf } from './template-change.ts';
import { inverseOfTags } from './inverse/template.ts';

/** Gives a server group's instances, those that run and those to come, exactly these network tags. */
export function upsertServerGroupTags(compute: Compute): AnyOperation {
  return defineOperation({
    schema: upsertServerGroupTagsSchema,
    examples: [{ ...example, tags: ['http-server', 'canary'] }],
    cluster: clusterOf,
    preview: async (_context, d) => {
      const plan = await planTags(compute, d);
      const { gained, lost } = difference(plan.before, d.tags);
      const text = [
        ...(gained.length > 0 ? [`gain ${gained.join(', ')}`] : []),
        ...(lost.length > 0 ? [`lose ${lost.join(', ')}`] : []),
      ];
      return {
        changes:
          text.length === 0
            ? []
            : [
                `The ${plan.members.length} instances of ${d.serverGroupName} ${text.join(' and ')}, and so do those to come.`,
              ],
        warnings: lost.length > 0 ? [`Firewalls that go by ${lost.join(', ')} do not concern them any more.`] : [],
        problems: [],
      };
    },
    inverse: (_context, d) => inverseOfTags(compute, d),
    run: async (context, d) => {
      touch(context, d);
      const plan = await context.step('find', () => planTags(compute, d));
      const setAll = async () => {
        for (const { name, zone } of plan.members) {
          const set = (tags: readonly string[], options: MutateOptions) =>
            setTags(compute, { zone, instance: name }, tags, options);
          const before = plan.tags[name] ?? [];
          await context.step(
            `tags ${name}`,
            () => set(d.tags, changing(context, `tags ${name}`)),
            () => set(before, undoing(context, `tags ${name}`)),
          );
        }
      };
      const { gained, lost } = difference(plan.before, d.tags);
      await context.progress(
        'TAGS',
        `Tagging ${plan.members.length} instances of ${d.serverGroupName}: ${d.tags.join(', ') || 'none'}`,
      );
      if (gained.length === 0 && lost.length === 0) await setAll();
      else await changeTemplate(compute, context, d, plan.change, { type: 'OPPORTUNISTIC' }, setAll);
      return [{ type: 'TagsResult', serverGroupName: d.serverGroupName, tags: d.tags }];
    },
  });
}

function difference(before: readonly string[], after: readonly string[]) {
  return {
    gained: after.filter((tag) => !before.includes(tag)),
    lost: before.filter((tag) => !after.includes(tag)),
  };
}

async function planTags(compute: Compute, d: UpsertServerGroupTags) {
  const { group, address, template } = await templateOf(compute, d);
  const managed = await managedInstances(compute, address, d.serverGroupName);
  const members = managed
    .filter((one) => one.currentAction !== 'DELETING' && one.currentAction !== 'ABANDONING')
    .flatMap((one) => {
      const zone = /\/zones\/([^/]+)\//.exec(one.instance ?? '')?.[1];
      return zone ? [{ name: one.name ?? lastPart(one.instance), zone }] : [];
    });
  const tags: Record<string, string[]> = {};
  for (const { name, zone } of members) {
    const instance = await compute.find('Instances', 'get', { zone, instance: name }, instanceSchema);
    if (instance) tags[name] = [...(instance.tags?.items ?? [])];
  }
  return {
    members: members.filter(({ name }) => tags[name] !== undefined),
    tags,
    before: [...(template.properties?.tags?.items ?? [])],
    change: {
      address,
      before: template.name,
      policyBefore: group.updatePolicy ?? null,
      properties: { ...template.properties, tags: { items: d.tags } },
      description: template.description ?? `Server group ${d.serverGroupName}`,
    },
  };
}

/** An instance that is gone meanwhile has no tags to set: its successor comes from the new template. */
async function setTags(
  compute: Compute,
  at: { readonly zone: string; readonly instance: string },
  tags: readonly string[],
  options: MutateOptions,
): Promise<void> {
  await compute.edit(
    async () => {
      const found = await compute.find('Instances', 'get', at, instanceSchema, options.signal);
      return found && { fingerprint: found.tags?.fingerprint, items: found.tags?.items ?? [] };
    },
    'Instances',
    'setTags',
    (current) => {
      const settled =
        current && current.items.length === tags.length && tags.every((tag) => current.items.includes(tag));
      if (!current || settled) return null;
      return {
        ...at,
        tagsResource: { items: tags, ...(current.fingerprint ? { fingerprint: current.fingerprint } : {}) },
      };
    },
    options,
  );
}
