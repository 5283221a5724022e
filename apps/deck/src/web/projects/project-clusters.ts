import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ProjectView } from '@gennaker/contracts/projects';

/** What a project shows as one cluster: an account, with stack and detail (`*`: any). */
export type ProjectCluster = ProjectView['config']['clusters'][number];

/** An application's place in a project's cluster: what serves there by region. */
export interface ClusterRow {
  readonly application: string;
  /** The newest enabled server group of each region, and all instances that serve there. */
  readonly regions: ReadonlyMap<string, { readonly newest: ServerGroup; readonly serving: readonly ServerGroup[] }>;
}

/** Rows of a project's cluster, one per application that it takes in. */
export function clusterRows(
  cluster: ProjectCluster,
  applications: readonly string[],
  groups: readonly ServerGroup[],
): ClusterRow[] {
  const chosen = cluster.applications?.length ? cluster.applications : applications;
  return chosen.map((application) => {
    const serving = groups.filter((group) => group.application === application && belongs(cluster, group));
    const regions = [...Map.groupBy(serving, ({ region }) => region)].flatMap(([region, there]) => {
      const [newest] = there.toSorted((a, b) => b.createdTime - a.createdTime);
      return newest ? [[region, { newest, serving: there }] as const] : [];
    });
    return { application, regions: new Map(regions.toSorted(([a], [b]) => a.localeCompare(b))) };
  });
}

function belongs(cluster: ProjectCluster, group: ServerGroup): boolean {
  const fits = (wanted: string, has: string | undefined): boolean => wanted === '*' || wanted === (has ?? '');
  return (
    !group.isDisabled &&
    group.account === cluster.account &&
    fits(cluster.stack, group.moniker.stack) &&
    fits(cluster.detail, group.moniker.detail)
  );
}
