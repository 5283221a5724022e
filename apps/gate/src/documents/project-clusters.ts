import type { ProjectCluster } from '@gennaker/contracts/project-clusters';
import type { ServerGroup } from '@gennaker/contracts/cloud-views';
import type { ProjectView } from '@gennaker/contracts/projects';

type Counts = ProjectCluster['instanceCounts'];
type Regional = ProjectCluster['applications'][number]['clusters'][number];

const COUNTS = ['total', 'up', 'down', 'starting', 'outOfService', 'unknown'] as const;

/**
 * What serves in the clusters that a project shows: per cluster of its configuration and application, by region, the
 * instances and builds of the server groups that take traffic.
 */
export function projectClusters(
  { config }: Pick<ProjectView, 'config'>,
  serverGroups: readonly ServerGroup[],
): ProjectCluster[] {
  return config.clusters.map(({ account, stack, detail, applications }) => {
    const fits = ({ moniker, ...group }: ServerGroup): boolean =>
      group.account === account &&
      !group.isDisabled &&
      (stack === '*' || stack === (moniker.stack ?? '')) &&
      (detail === '*' || detail === (moniker.detail ?? ''));
    const names = applications && applications.length > 0 ? applications : config.applications;
    const found = names.map((application) => {
      const groups = serverGroups.filter(
        (group) => group.application.toLowerCase() === application.toLowerCase() && fits(group),
      );
      const regions = [...new Set(groups.map(({ region }) => region))].toSorted();
      const clusters = regions.map((region) =>
        regional(
          region,
          groups.filter((group) => group.region === region),
        ),
      );
      return { application, clusters, ...lastPushOf(groups) };
    });
    return {
      account,
      stack,
      detail,
      applications: found,
      instanceCounts: sum(found.flatMap(({ clusters }) => clusters.map(({ instanceCounts }) => instanceCounts))),
    };
  });
}

function regional(region: string, groups: readonly ServerGroup[]): Regional {
  const builds = new Map<string, Regional['builds'][number]>();
  for (const { createdTime, image, buildInfo } of groups) {
    const jenkins = buildInfo?.['jenkins'] as { number?: unknown; name?: unknown; host?: unknown } | undefined;
    const build = {
      buildNumber: String(jenkins?.number ?? '0'),
      ...(jenkins?.name === undefined ? {} : { job: String(jenkins.name) }),
      ...(jenkins?.host === undefined ? {} : { host: String(jenkins.host) }),
      deployed: createdTime,
      images: image === undefined ? [] : [image],
    };
    const key = JSON.stringify([build.host, build.job, build.buildNumber]);
    const same = builds.get(key);
    builds.set(
      key,
      same
        ? {
            ...same,
            deployed: Math.max(same.deployed, createdTime),
            images: [...new Set([...same.images, ...build.images])],
          }
        : build,
    );
  }
  return {
    region,
    ...lastPushOf(groups),
    instanceCounts: sum(groups.map(({ instanceCounts }) => instanceCounts)),
    builds: [...builds.values()],
  };
}

function lastPushOf(groups: readonly ServerGroup[]): { lastPush?: number } {
  return groups.length === 0 ? {} : { lastPush: Math.max(...groups.map(({ createdTime }) => createdTime)) };
}

function sum(all: readonly Counts[]): Counts {
  const none: Counts = { total: 0, up: 0, down: 0, starting: 0, outOfService: 0, unknown: 0 };
  return all.reduce((left, right) => {
    const added = { ...left };
    for (const name of COUNTS) added[name] += right[name];
    return added;
  }, none);
}
