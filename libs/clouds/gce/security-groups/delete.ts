import { type AnyOperation, defineOperation } from '@gennaker/extension-sdk/cloud';
import type { Compute } from '../compute.ts';
import { changing, ignoreAbsent } from '../safe-repeat.ts';
import { findFirewall } from './firewalls.ts';
import { deleteSecurityGroupSchema } from './schema.ts';
import { inverseOfFirewallRemoval } from '../inverse/firewall.ts';

/** Deletes a firewall. One that is not there counts as deleted. */
export function deleteSecurityGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: deleteSecurityGroupSchema,
    examples: [{ credentials: 'local-gce', securityGroupName: 'hello-web' }],
    cluster: () => null,
    preview: async (_context, d) => {
      const found = await findFirewall(compute, d.securityGroupName);
      return {
        changes: found ? [`Removes firewall ${found.name}.`] : [],
        warnings: found
          ? [
              found.denied?.length
                ? 'What only it denies gets through from then on.'
                : 'What it lets in is refused from then on, unless another firewall lets it in.',
            ]
          : [],
        problems: [],
      };
    },
    inverse: (_context, d) => inverseOfFirewallRemoval(compute, d),
    run: async (context, d) => {
      const name = d.securityGroupName;
      context.touch({ kind: 'securityGroup', region: 'global', name });
      await context.progress('SECURITY_GROUP', `Removing firewall ${name}`);
      await context.step('delete', () =>
        ignoreAbsent(compute.mutate('Firewalls', 'delete', { firewall: name }, changing(context, 'delete'))),
      );
      return [{ type: 'DeleteResult', securityGroupName: name }];
    },
  });
}
