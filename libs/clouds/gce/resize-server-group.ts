import { type AnyOperation, defineOperation } from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import { addressOf } from './groups.ts';
import { type ResizeServerGroup, resizeServerGroupSchema } from './schema.ts';
import { clusterOf, example, mustFind, touch } from './server-group.ts';

/** Changes how many instances a server group has. */
export function resizeServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: resizeServerGroupSchema,
    examples: [{ ...example, capacity: { min: 3, max: 3, desired: 3 } }],
    problems: (d) => (sizeOf(d) === undefined ? ['targetSize or capacity.desired must say the new size'] : []),
    cluster: clusterOf,
    run: async (context, d) => {
      touch(context, d, []);
      const size = sizeOf(d) ?? 0;
      const address = await context.step('find', async () => addressOf(await mustFind(compute, d)));
      await context.progress('RESIZE', `Resizing ${d.serverGroupName} to ${size}`);
      await context.step('resize', () =>
        compute.mutate(
          address.service,
          'resize',
          { ...address.scope, instanceGroupManager: d.serverGroupName, size },
          { requestId: context.requestId('resize'), signal: context.signal },
        ),
      );
      return [{ type: 'ResizeResult', serverGroupName: d.serverGroupName, targetSize: size }];
    },
  });
}

const sizeOf = (d: ResizeServerGroup): number | undefined => d.capacity?.desired ?? d.targetSize;
