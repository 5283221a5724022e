import { type ReleaseHolds, releaseHoldsSchema } from '@gennaker/contracts/holds';
import { badRequest } from '@gennaker/contracts/error';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import type { Queryable } from '@gennaker/store/database';
import { type HoldRow, openHolds, RELEASES_KEY } from './records.ts';

type Description = Readonly<Record<string, JsonObject>>;

/** The operation that releases holds. It is clouddriver's own: what it does is what the holds recorded. */
export const RELEASE_OPERATION = 'releaseHolds';

/**
 * Puts the operations that take holds back in the place of each `releaseHolds`, the newest hold first. A hold that is not
 * there needs none.
 * @throws ServiceError 400 naming the field
 */
export async function withReleases(
  client: Queryable,
  descriptions: readonly Description[],
  executionId: string | undefined,
): Promise<Description[]> {
  const all: Description[] = [];
  for (const [index, entry] of descriptions.entries()) {
    const raw = entry[RELEASE_OPERATION];
    if (raw === undefined) {
      all.push(entry);
      continue;
    }
    const asked = releaseHoldsSchema.safeParse(raw);
    if (!asked.success)
      throw badRequest(
        asked.error.issues
          .map((issue) => `[${index}] ${[RELEASE_OPERATION, ...issue.path].join('.')}: ${issue.message}`)
          .join('; '),
        { field: 'body', fix: 'name the account, the region and the server group whose holds are released' },
      );
    const held = await openHolds(client, filterOf(asked.data, executionId));
    all.push(...held.flatMap((hold) => undoOf(hold, raw['clusterLock'])));
  }
  return all;
}

const filterOf = (d: ReleaseHolds, executionId: string | undefined) => ({
  account: d.credentials,
  region: d.region,
  serverGroup: d.serverGroupName,
  names: d.holds,
  executionId: d.executionId ?? executionId,
});

/** The operations that take a hold back; the last of them ends it. */
export function undoOf(hold: HoldRow, clusterLock?: unknown): Description[] {
  const operations = hold.undo ?? [];
  return operations.map((operation, index) =>
    Object.fromEntries(
      Object.entries(operation).map(([name, description]) => [
        name,
        {
          ...description,
          ...(clusterLock === undefined ? {} : { clusterLock }),
          ...(index === operations.length - 1 ? { [RELEASES_KEY]: hold.id } : {}),
        },
      ]),
    ),
  );
}
