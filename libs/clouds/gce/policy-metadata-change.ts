import type { Compute } from './compute.ts';
import { metadataOf } from './launch-properties.ts';
import { meantMode, POLICY_KEY, policyMetadata } from './policy-metadata.ts';
import type { ServerGroupOperation } from './schema.ts';
import { type TemplateChange, templateOf } from './template-change.ts';

/** What a change that `planPolicyMetadata` found says of itself. */
export const policyChangeText = (serverGroup: string): string =>
  `Gives ${serverGroup} a new instance template that tells its autoscaling policy; its instances stay as they are.`;

/**
 * The template that tells the policy of a group (null: that it has none); null when the one in use does.
 * @param mode that was asked for; else the one it is meant to have stays, as an autoscaler may only rest at present
 */
export async function planPolicyMetadata(
  compute: Compute,
  d: ServerGroupOperation,
  policy: object | null,
  mode?: string | null,
): Promise<TemplateChange | null> {
  const { group, address, template } = await templateOf(compute, d);
  const properties = template.properties ?? null;
  const { [POLICY_KEY]: before, ...others } = metadataOf(properties);
  const meant = mode ?? meantMode(template);
  const own = policy ? policyMetadata({ ...policy, ...(meant ? { mode: meant } : {}) }) : {};
  if (before === own[POLICY_KEY]) return null;
  return {
    address,
    before: template.name,
    policyBefore: group.updatePolicy ?? null,
    properties: {
      ...properties,
      metadata: { items: Object.entries({ ...others, ...own }).map(([key, value]) => ({ key, value })) },
    },
    description: template.description ?? `Server group ${d.serverGroupName}`,
  };
}
