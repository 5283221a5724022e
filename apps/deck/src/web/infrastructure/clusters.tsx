import { Checkbox } from '@mantine/core';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ClusterLock as Lock } from '@gennaker/contracts/cluster-locks';
import { InstanceSquares } from '@gennaker/ui/instance-squares';
import { Chip } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { ClusterLock } from './cluster-lock.tsx';
import { HealthCount } from './health-count.tsx';
import { Opener } from './opener.tsx';
import { SeenAt } from './seen-at.tsx';
import { imageOf, versionOf } from './version.ts';

/** What server groups stand under. */
export type Grouping = 'cluster' | 'account' | 'region';

/** Identity of a server group in the address. */
export function keyOf({ account, region, name }: { account: string; region: string; name: string }): string {
  return `${account}/${region}/${name}`;
}

interface RowDeeds {
  readonly open: string | undefined;
  readonly marked: ReadonlySet<string>;
  readonly onMark: (key: string, on: boolean) => void;
  readonly onOpen: (group: string, instance?: string) => void;
}

/** A heading and the sub-headings under it, for each way to group. */
const PARTS: Readonly<
  Record<Grouping, { readonly head: (of: ServerGroup) => string[]; readonly sub: (of: ServerGroup) => string }>
> = {
  cluster: { head: ({ cluster, account }) => [cluster, account], sub: ({ region }) => region },
  account: { head: ({ account }) => [account], sub: ({ region, cluster }) => `${region} · ${cluster}` },
  region: { head: ({ region }) => [region], sub: ({ account, cluster }) => `${account} · ${cluster}` },
};

/** Server groups under their clusters, accounts or regions; a cluster that is being changed says so. */
export function Clusters({
  groups,
  by,
  locks,
  ...deeds
}: RowDeeds & {
  readonly groups: readonly ServerGroup[];
  readonly by: Grouping;
  readonly locks: readonly Lock[];
}) {
  const lockOf = (group: ServerGroup | undefined): Lock | undefined =>
    locks.find(
      (lock) => lock.account === group?.account && lock.region === group.region && lock.cluster === group.cluster,
    );
  const { head, sub } = PARTS[by];
  const sections = [...Map.groupBy(groups, (group) => head(group).join(' in '))].toSorted(([a], [b]) =>
    a.localeCompare(b),
  );
  return sections.map(([name, members]) => {
    const [title, ...beside] = members[0] ? head(members[0]) : [];
    const parts = [...Map.groupBy(members, sub)]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([part, inPart]) => ({ part, inPart, lock: lockOf(inPart[0]) }));
    return (
      <section key={name} className="cluster" aria-label={`${by === 'cluster' ? 'Cluster ' : ''}${name}`}>
        <div className="cluster-head">
          <h2>{title}</h2>
          <span className="gk-muted">{beside.join(' · ')}</span>
          <div className="page-space" />
          <HealthCount
            instances={members.filter(({ isDisabled }) => !isDisabled).flatMap(({ instances }) => instances)}
          />
        </div>
        {parts.map(({ part, inPart, lock }) => (
          <div key={part} className="card region">
            <div className="region-head">
              {part}
              {lock ? <ClusterLock lock={lock} /> : null}
            </div>
            {inPart
              .toSorted((a, b) => b.createdTime - a.createdTime)
              .map((group) => (
                <GroupRow key={keyOf(group)} group={group} {...deeds} />
              ))}
          </div>
        ))}
      </section>
    );
  });
}

function GroupRow({ group, open, marked, onMark, onOpen }: RowDeeds & { readonly group: ServerGroup }) {
  const key = keyOf(group);
  const version = versionOf(group);
  return (
    <div
      className="group-row"
      data-disabled={group.isDisabled}
      data-selected={open === key}
      data-stale={group.stale === true}
    >
      <div className="group-name">
        <Checkbox
          size="xs"
          aria-label={`Choose ${group.name}`}
          checked={marked.has(key)}
          onChange={(event) => onMark(key, event.currentTarget.checked)}
        />
        <Opener name={group.name} open={open === key} onOpen={() => onOpen(key)} />
        {group.isDisabled ? <Chip look="canceled">Disabled</Chip> : null}
        {group.drift ? <Chip look="paused">Drift</Chip> : null}
        {group.problems?.length ? <Chip look="failed">Cannot grow</Chip> : null}
        <div className="group-facts">
          {version ? <span className="group-version">{version}</span> : null}
          <span className="gk-mono group-image" title={imageOf(group)}>
            {imageOf(group)}
          </span>
        </div>
      </div>
      <InstanceSquares
        instances={group.instances}
        disabled={group.isDisabled}
        onSelect={(instance) => onOpen(key, instance.id)}
      />
      <div className="group-state">
        <HealthCount instances={group.instances} />
        <div className="group-facts">
          {group.loadBalancers.length > 0 ? (
            <span>{group.loadBalancers.join(', ')}</span>
          ) : (
            <span>No load balancer</span>
          )}
          <span>
            <Ago at={group.createdTime} />
          </span>
          {group.stale ? <SeenAt at={group.seenAt} stale /> : null}
        </div>
      </div>
    </div>
  );
}
