import type { ServerGroup } from '@gennaker/contracts/clouddriver';

/** What is to be done with a failed deploy. */
export interface WayBack {
  /** Server groups that get their traffic back, newest first. */
  readonly restore: readonly string[];
  /** Is the new one to lose its traffic? */
  readonly withdraw: boolean;
  /** Does the new one get no requests in the end, so that it may be destroyed? */
  readonly idle: boolean;
  /** One sentence. */
  readonly why: string;
}

/** A deploy that failed, and what is known of it. */
export interface FailedDeploy {
  readonly created: string;
  readonly servedBefore: readonly string[];
  /** Go back although the new one serves alone and well. */
  readonly evenIfHealthy: boolean;
}

/**
 * The way back from a failed deploy, as the cluster is now. What served before serves again, as long as it exists; the new
 * one is taken out, unless nothing else would serve. What a newer deploy left is not touched. Pure.
 */
export function wayBack(
  groups: readonly ServerGroup[],
  deploy: FailedDeploy,
  isHealthy: (group: ServerGroup) => boolean,
): WayBack {
  const created = groups.find(({ name }) => name === deploy.created);
  const newer = created && groups.find((group) => group.createdTime > created.createdTime && !group.isDisabled);
  const before = deploy.servedBefore.flatMap((name) => groups.find((group) => group.name === name) ?? []);
  const idle = !created || created.isDisabled;
  if (newer)
    return {
      restore: [],
      withdraw: !idle,
      idle: true,
      why: `${newer.name} is newer and gets requests: ${idle ? 'there is nothing to take back' : `${deploy.created} leaves the traffic to it`}`,
    };
  const usable = before.filter((group) => group.instances.length > 0);
  const restore = usable.filter((group) => group.isDisabled).map(({ name }) => name);
  const serving = usable.filter((group) => !group.isDisabled).map(({ name }) => name);
  if (idle)
    return {
      restore,
      withdraw: false,
      idle: true,
      why: `${deploy.created} ${created ? 'gets no requests' : 'does not exist'}${restore.length > 0 ? `: ${restore.join(', ')} gets its traffic back` : '; what served before serves on'}`,
    };
  if (deploy.servedBefore.length === 0)
    return isHealthy(created) && !deploy.evenIfHealthy
      ? stays(`${deploy.created} is healthy and the first of its cluster: it stays`)
      : { restore: [], withdraw: true, idle: true, why: `Nothing served before: ${deploy.created} is taken out again` };
  if (usable.length === 0)
    return stays(
      `${deploy.created} stays, for ${deploy.servedBefore.join(', ')} cannot serve any more: ${before.length > 0 ? 'it has no instances' : 'it does not exist'}`,
    );
  if (serving.length === 0 && isHealthy(created) && !deploy.evenIfHealthy)
    return stays(`${deploy.created} is healthy and has taken over already: it stays`);
  return {
    restore,
    withdraw: true,
    idle: true,
    why:
      restore.length > 0
        ? `${restore.join(', ')} gets its traffic back, then ${deploy.created} loses it`
        : `${serving.join(', ')} serves on, and ${deploy.created} is taken out`,
  };
}

const stays = (why: string): WayBack => ({ restore: [], withdraw: false, idle: false, why });
