import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { ForeseenGroup, Foresight, ForesightRequest } from '@gennaker/contracts/foresight';
import { type ReleaseHolds, releaseHoldsSchema } from '@gennaker/contracts/holds';
import type { ClusterPlace } from '@gennaker/extension-sdk/cluster-lock';
import { withTraffic } from '@gennaker/extension-sdk/desired-traffic';
import {
  foreseenOperation,
  foreseeOperations,
  type ForeseenOperation,
  releaseOf,
} from '@gennaker/extension-sdk/foresee-operations';
import { RELEASE_OPERATION } from '../holds/release.ts';
import { accept } from '../operations/submit.ts';
import type { GuardParts } from './check-guards.ts';
import { liveCluster } from './live-cluster.ts';

/**
 * What traffic guards would say to operations on a cluster as it would be by then, and what it would be after them; from reads
 * alone. Without `groups` it begins with what the cloud shows.
 * @throws ServiceError 400 for operations that would not be accepted
 */
export async function foresee(
  parts: GuardParts,
  provider: string,
  { groups: given, operations, ...at }: ForesightRequest,
): Promise<Foresight> {
  const { accounts, readGuards } = parts;
  const open = accounts.all.find(({ account }) => account.name === at.account);
  if (!open)
    throw badRequest(`account: there is no account ${at.account}`, {
      field: 'account',
      fix: `use one of ${accounts.all.map(({ account }) => account.name).join(', ')}`,
    });
  const groups = given ?? (await groupsNow(parts, at));
  const foreseen = operations.flatMap((entry): ForeseenOperation[] => {
    const release = entry[RELEASE_OPERATION];
    if (release !== undefined) return releaseOf(groups, at, releaseAsked(release));
    return accept(accounts, provider, [entry]).map((accepted) =>
      foreseenOperation(accounts.get(accepted.account).cloud, accepted),
    );
  });
  try {
    const { platformHealth } = open.definition;
    return await foreseeOperations({ readGuards, platformHealth }, at, groups, foreseen);
  } catch (error) {
    // While front50 is away, or has guards that cannot be followed.
    if (error instanceof ServiceError || !(error instanceof Error)) throw error;
    return { groups: [...groups], guarded: false, passed: [], unknown: error.message };
  }
}

/** @throws ServiceError 400 naming the field */
function releaseAsked(described: object): ReleaseHolds {
  const asked = releaseHoldsSchema.safeParse(described);
  if (asked.success) return asked.data;
  const [issue] = asked.error.issues;
  throw badRequest(`${[RELEASE_OPERATION, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'is wrong'}`, {
    field: 'operations',
    fix: 'name the account, the region and the server group whose holds are released',
  });
}

/** The server groups of a cluster as the cloud shows them. */
async function groupsNow({ db, accounts }: GuardParts, at: ClusterPlace): Promise<ForeseenGroup[]> {
  return (await liveCluster(db, accounts, at, [])).map(({ observed, record }) => ({
    view: withTraffic(observed, record),
    ...(record?.percentage === undefined ? {} : { percentage: record.percentage }),
  }));
}
