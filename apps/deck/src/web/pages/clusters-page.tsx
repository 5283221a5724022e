import { Button, Skeleton } from '@mantine/core';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { ClustersIcon } from '@gennaker/ui/icons';
import { InstanceSquares } from '@gennaker/ui/instance-squares';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { HealthCount } from '../infrastructure/health-count.tsx';
import { SeenAt } from '../infrastructure/seen-at.tsx';
import { ServerGroupPane } from '../infrastructure/server-group-pane.tsx';
import { imageOf, versionOf } from '../infrastructure/version.ts';
import { useServerGroups } from '../queries/infrastructure.ts';
import { PageFilter } from '../shell/page-filter.tsx';

const route = getRouteApi('/applications/$application/clusters');

/** Identity of a server group in the address. */
function keyOf(group: ServerGroup): string {
  return `${group.account}/${group.region}/${group.name}`;
}

/** An application's clusters by account and region; each instance a square. A server group opens beside the list. */
export function ClustersPage() {
  const { application } = route.useParams();
  const { q = '', group: open, instance } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/clusters' });
  const groups = useServerGroups(application);
  const wanted = q.trim().toLowerCase();
  const shown = (groups.data ?? []).filter((each) =>
    `${each.name} ${each.account} ${each.region} ${imageOf(each)} ${each.loadBalancers.join(' ')}`
      .toLowerCase()
      .includes(wanted),
  );
  const selected = groups.data?.find((each) => keyOf(each) === open);
  const show = (group: string | undefined, at?: string): void =>
    void navigate({ search: (was) => ({ ...was, group, instance: at }), replace: true, resetScroll: false });
  return (
    <div className="with-pane" data-pane={selected !== undefined}>
      <div className="page">
        <div className="page-head">
          <h1>Clusters</h1>
          <div className="page-space" />
          {(groups.data ?? []).length > 0 ? (
            <PageFilter
              label="Filter server groups"
              value={q}
              onChange={(value) =>
                void navigate({ search: (was) => ({ ...was, q: value || undefined }), replace: true })
              }
            />
          ) : null}
        </div>
        {groups.isPending ? (
          <div aria-busy style={{ display: 'grid', gap: 16 }}>
            <Skeleton height={18} width={220} />
            <Skeleton height={120} radius="lg" />
            <Skeleton height={120} radius="lg" />
          </div>
        ) : groups.isError ? (
          <ErrorPanel
            title="The server groups could not be read"
            error={groups.error}
            action={
              <Button size="compact-sm" variant="default" onClick={() => void groups.refetch()}>
                Try again
              </Button>
            }
          />
        ) : shown.length === 0 ? (
          <EmptyState
            icon={ClustersIcon}
            title={wanted ? `Nothing matches “${q}”` : `${application} runs nowhere yet`}
            actions={
              wanted ? (
                <Button variant="default" onClick={() => void navigate({ search: {} })}>
                  Clear the filter
                </Button>
              ) : (
                <Button
                  renderRoot={(props) => (
                    <Link to="/applications/$application/executions" params={{ application }} search={{}} {...props} />
                  )}
                >
                  Go to its pipelines
                </Button>
              )
            }
          >
            {wanted
              ? 'Names, images, accounts, regions and load balancers were searched.'
              : 'Server groups appear here as soon as a pipeline with a deploy stage has made one.'}
          </EmptyState>
        ) : (
          <Clusters groups={shown} open={open} onOpen={show} />
        )}
      </div>
      {selected ? (
        <ServerGroupPane
          key={keyOf(selected)}
          application={application}
          group={selected}
          instance={instance}
          onInstance={(id) => show(keyOf(selected), id)}
          onClose={() => show(undefined)}
        />
      ) : null}
    </div>
  );
}

function Clusters({
  groups,
  open,
  onOpen,
}: {
  readonly groups: readonly ServerGroup[];
  readonly open: string | undefined;
  readonly onOpen: (group: string | undefined, instance?: string) => void;
}) {
  const clusters = [...Map.groupBy(groups, ({ account, cluster }) => `${account}\n${cluster}`).values()].toSorted(
    (a, b) => `${a[0]?.account} ${a[0]?.cluster}`.localeCompare(`${b[0]?.account} ${b[0]?.cluster}`),
  );
  return clusters.map((members) => {
    const first = members[0];
    if (!first) return null;
    const regions = [...Map.groupBy(members, ({ region }) => region)].toSorted(([a], [b]) => a.localeCompare(b));
    return (
      <section
        key={`${first.account}/${first.cluster}`}
        className="cluster"
        aria-label={`Cluster ${first.cluster} in ${first.account}`}
      >
        <div className="cluster-head">
          <h2>{first.cluster}</h2>
          <span className="gk-muted">{first.account}</span>
          <div className="page-space" />
          <HealthCount
            instances={members.filter(({ isDisabled }) => !isDisabled).flatMap(({ instances }) => instances)}
          />
        </div>
        {regions.map(([region, inRegion]) => (
          <div key={region} className="card region">
            <div className="region-head">{region}</div>
            {inRegion
              .toSorted((a, b) => b.createdTime - a.createdTime)
              .map((group) => (
                <GroupRow
                  key={group.name}
                  group={group}
                  selected={open === keyOf(group)}
                  onOpen={(instance) => onOpen(keyOf(group), instance)}
                />
              ))}
          </div>
        ))}
      </section>
    );
  });
}

function GroupRow({
  group,
  selected,
  onOpen,
}: {
  readonly group: ServerGroup;
  readonly selected: boolean;
  readonly onOpen: (instance?: string) => void;
}) {
  const version = versionOf(group);
  return (
    <div
      className="group-row"
      data-disabled={group.isDisabled}
      data-selected={selected}
      data-stale={group.stale === true}
    >
      <div className="group-name">
        <button
          type="button"
          className="text-button gk-mono group-title"
          aria-pressed={selected}
          onClick={() => onOpen()}
        >
          {group.name}
        </button>
        {group.isDisabled ? <Chip look="canceled">Disabled</Chip> : null}
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
        onSelect={(instance) => onOpen(instance.id)}
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
