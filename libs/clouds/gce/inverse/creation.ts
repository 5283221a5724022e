import type { Inverse } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import type { Compute } from '../compute.ts';
import { findGroup, findTemplate } from '../groups.ts';
import { lastPart } from '../resources.ts';
import type { ServerGroupOperation } from '../schema.ts';

const madeSchema = z.looseObject({ serverGroupNameByRegion: z.record(z.string(), z.string()) });

/** What was made is destroyed. */
export function inverseOfCreation(d: { readonly credentials: string }, results: readonly JsonObject[]): Inverse {
  const made = results.flatMap((result) =>
    Object.entries(madeSchema.safeParse(result).data?.serverGroupNameByRegion ?? {}),
  );
  return {
    operations: made.map(([region, serverGroupName]) => ({
      destroyServerGroup: { credentials: d.credentials, region, serverGroupName },
    })),
  };
}

/** What is destroyed stays so: its instances and their disks are gone. A group that is not there is not destroyed. */
export async function inverseOfDestruction(compute: Compute, d: ServerGroupOperation): Promise<Inverse> {
  const group = await findGroup(compute, d.region, d.serverGroupName);
  if (!group) return { operations: [] };
  const properties = (await findTemplate(compute, group.instanceTemplate))?.properties;
  const boot = properties?.disks?.find((disk) => disk.boot !== false);
  const image = lastPart(boot?.initializeParams?.sourceImage);
  const size = group.targetSize ?? 0;
  return {
    impossible: `${d.serverGroupName} is destroyed, with what was on its disks; deploy ${image ? `its image ${image}` : 'it'} again, with ${size} instance${size === 1 ? '' : 's'}`,
  };
}
