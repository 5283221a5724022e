import { Button, Skeleton } from '@mantine/core';
import type { Instance, LoadBalancer, ServerGroup } from '@gennaker/contracts/clouddriver';
import { LoadBalancersIcon } from '@gennaker/ui/icons';
import { InstanceSquares } from '@gennaker/ui/instance-squares';
import { CopyText, EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { HealthCount } from '../infrastructure/health-count.tsx';
import { SeenAt } from '../infrastructure/seen-at.tsx';
import { useLoadBalancers, useServerGroups } from '../queries/infrastructure.ts';
import { PageFilter } from '../shell/page-filter.tsx';

const route = getRouteApi('/applications/$application/loadBalancers');

/** An application's load balancers: address, and the health of each instance behind it. */
export function LoadBalancersPage() {
  const { application } = route.useParams();
  const { q = '' } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/loadBalancers' });
  const balancers = useLoadBalancers(application);
  const groups = useServerGroups(application);
  const wanted = q.trim().toLowerCase();
  const shown = (balancers.data ?? []).filter((each) =>
    `${each.name} ${each.account} ${each.region} ${each.ipAddress ?? ''}`.toLowerCase().includes(wanted),
  );
  return (
    <div className="page">
      <div className="page-head">
        <h1>Load balancers</h1>
        <div className="page-space" />
        {(balancers.data ?? []).length > 0 ? (
          <PageFilter
            label="Filter load balancers"
            value={q}
            onChange={(value) => void navigate({ search: { q: value || undefined }, replace: true })}
          />
        ) : null}
      </div>
      {balancers.isPending ? (
        <Skeleton height={160} radius="lg" />
      ) : balancers.isError ? (
        <ErrorPanel
          title="The load balancers could not be read"
          error={balancers.error}
          action={
            <Button size="compact-sm" variant="default" onClick={() => void balancers.refetch()}>
              Try again
            </Button>
          }
        />
      ) : shown.length === 0 ? (
        <EmptyState
          icon={LoadBalancersIcon}
          title={wanted ? `Nothing matches “${q}”` : `${application} has no load balancer`}
          actions={
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link to="/applications/$application/executions" params={{ application }} search={{}} {...props} />
              )}
            >
              See its pipelines
            </Button>
          }
        >
          A load balancer appears here when its name starts with the application's, or when a server group of the
          application stands behind it.
        </EmptyState>
      ) : (
        shown.map((balancer) => (
          <Balancer
            key={`${balancer.account}/${balancer.region}/${balancer.name}`}
            balancer={balancer}
            groups={groups.data ?? []}
            application={application}
          />
        ))
      )}
    </div>
  );
}

function Balancer({
  balancer,
  groups,
  application,
}: {
  readonly balancer: LoadBalancer;
  readonly groups: readonly ServerGroup[];
  readonly application: string;
}) {
  const address = balancer.ipAddress
    ? `${balancer.ipAddress}${balancer.portRange ? `:${String(balancer.portRange).split('-')[0]}` : ''}`
    : undefined;
  const behind = balancer.serverGroups.map((member) => ({
    member,
    instances: instancesOf(
      member,
      groups.find(({ name, account }) => name === member.name && account === balancer.account),
    ),
  }));
  const live = behind.filter(({ member }) => !member.isDisabled).flatMap(({ instances }) => instances);
  return (
    <section className="cluster" aria-label={`Load balancer ${balancer.name}`}>
      <div className="cluster-head">
        <h2>{balancer.name}</h2>
        <span className="gk-muted">
          {balancer.account} · {balancer.region} · {balancer.loadBalancerType}
        </span>
        <div className="page-space" />
        <HealthCount instances={live} />
      </div>
      <div className="card">
        <div className="balancer-address">
          {address ? (
            <>
              <a className="gk-mono link" href={`http://${address}/`} target="_blank" rel="noreferrer">
                {address}
              </a>
              <CopyText text={address} label="Copy the address" />
            </>
          ) : (
            <span className="gk-muted">It has no address yet</span>
          )}
          <div className="page-space" />
          <SeenAt at={balancer.seenAt} />
        </div>
        {behind.length === 0 ? <div className="pipeline-none">No server group stands behind it.</div> : null}
        {behind.map(({ member, instances }) => (
          <div key={member.name} className="group-row balancer-row" data-disabled={member.isDisabled}>
            <div className="group-name">
              <Link
                className="plain gk-mono group-title"
                to="/applications/$application/clusters"
                params={{ application }}
                search={{ group: `${balancer.account}/${balancer.region}/${member.name}` }}
              >
                {member.name}
              </Link>
              {member.isDisabled ? <Chip look="canceled">Disabled</Chip> : null}
            </div>
            <InstanceSquares instances={instances} disabled={member.isDisabled} />
            <HealthCount instances={instances} />
          </div>
        ))}
      </div>
    </section>
  );
}

/** Instances behind a load balancer with the health that it saw; facts it does not tell come from the server group. */
function instancesOf(member: LoadBalancer['serverGroups'][number], group: ServerGroup | undefined): Instance[] {
  return member.instances.map((each) => {
    const known = group?.instances.find(({ id, name }) => id === each.id || name === each.id);
    const state = each.health?.['state'];
    const description = each.health?.['description'];
    const healthState =
      state === 'InService' || state === 'Up'
        ? 'Up'
        : state === 'OutOfService' || state === 'Down'
          ? known?.healthState === 'Up'
            ? 'Down'
            : (known?.healthState ?? 'Down')
          : (known?.healthState ?? 'Unknown');
    return {
      ...known,
      id: each.id,
      name: known?.name ?? each.id,
      healthState,
      health: known?.health ?? [
        { type: 'LoadBalancer', state: healthState, ...(typeof description === 'string' ? { description } : {}) },
      ],
    };
  });
}
