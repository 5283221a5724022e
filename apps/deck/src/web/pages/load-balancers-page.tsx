import { Button } from '@mantine/core';
import type { Instance, LoadBalancer, ServerGroup } from '@gennaker/contracts/clouddriver';
import { parseName } from '@gennaker/contracts/moniker';
import { LoadBalancersIcon } from '@gennaker/ui/icons';
import { InstanceSquares } from '@gennaker/ui/instance-squares';
import { CopyText } from '@gennaker/ui/panels';
import { text } from '@gennaker/ui/stage-ui';
import { Chip } from '@gennaker/ui/status';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { keyOf } from '../infrastructure/clusters.tsx';
import { CreateButton } from '../infrastructure/create-button.tsx';
import { HealthCount } from '../infrastructure/health-count.tsx';
import type { Facets } from '../infrastructure/list-page.tsx';
import { filtered, ListPage, NO_FILTER } from '../infrastructure/list-page.tsx';
import { Opener } from '../infrastructure/opener.tsx';
import type { Behind } from '../infrastructure/load-balancer-pane.tsx';
import { addressOf, LoadBalancerPane } from '../infrastructure/load-balancer-pane.tsx';
import { createLoadBalancerDeed } from '../infrastructure/network-deeds.ts';
import { SeenAt } from '../infrastructure/seen-at.tsx';
import { useLoadBalancers, useServerGroups } from '../queries/infrastructure.ts';

const route = getRouteApi('/applications/$application/loadBalancers');

const facetsOf = ({ name }: LoadBalancer): Facets => {
  const { stack, detail } = parseName(name) ?? {};
  return { stack, detail };
};

/** An application's load balancers: address, and the health of each instance behind it. One opens beside the list. */
export function LoadBalancersPage() {
  const { application } = route.useParams();
  const { q, account, region, stack, detail, open } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/loadBalancers' });
  const balancers = useLoadBalancers(application);
  const groups = useServerGroups(application);
  const filter = { q, account, region, stack, detail };
  const all = balancers.data ?? [];
  const shown = filtered(
    all,
    filter,
    (each) =>
      [each.name, each.ipAddress, each.loadBalancerType, ...each.serverGroups.map(({ name }) => name)].join(' '),
    facetsOf,
  );
  const selected = all.find((each) => keyOf(each) === open);
  const show = (key: string | undefined): void =>
    void navigate({ search: (was) => ({ ...was, open: key }), replace: true, resetScroll: false });
  return (
    <ListPage
      title="Load balancers"
      things="load balancers"
      icon={LoadBalancersIcon}
      list={balancers}
      filter={filter}
      onFilter={(next) =>
        void navigate({
          search: (was) => ({ ...was, ...NO_FILTER, ...next }),
          replace: true,
        })
      }
      facets={facetsOf}
      shown={shown.length}
      create={
        <CreateButton
          application={application}
          label="Create load balancer"
          capability="loadBalancers"
          deed={() => createLoadBalancerDeed(application)}
        />
      }
      none={{
        title: `${application} has no load balancer`,
        why: "A load balancer appears here when its name starts with the application's, or when a server group of the application stands behind it.",
        actions: (
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link to="/applications/$application/executions" params={{ application }} search={{}} {...props} />
            )}
          >
            See its pipelines
          </Button>
        ),
      }}
      open={open}
      onClose={() => show(undefined)}
      pane={
        selected ? (
          <LoadBalancerPane
            key={keyOf(selected)}
            application={application}
            balancer={selected}
            behind={behindOf(selected, groups.data ?? [])}
            onClose={() => show(undefined)}
          />
        ) : null
      }
    >
      {shown.map((balancer) => (
        <Balancer
          key={keyOf(balancer)}
          balancer={balancer}
          behind={behindOf(balancer, groups.data ?? [])}
          application={application}
          selected={open === keyOf(balancer)}
          onOpen={() => show(keyOf(balancer))}
          onInstance={(group, instance) =>
            void navigate({
              to: '/applications/$application/clusters',
              params: { application },
              search: { group, instance },
            })
          }
        />
      ))}
    </ListPage>
  );
}

function behindOf(balancer: LoadBalancer, groups: readonly ServerGroup[]): Behind[] {
  return balancer.serverGroups.map((member) => {
    const { account, region } = balancer;
    const key = keyOf({ account, region: text(member['region']) || region, name: member.name });
    const group = groups.find((each) => keyOf(each) === key);
    return { key, member, instances: instancesOf(member, group) };
  });
}

function Balancer({
  balancer,
  behind,
  application,
  selected,
  onOpen,
  onInstance,
}: {
  readonly balancer: LoadBalancer;
  readonly behind: readonly Behind[];
  readonly application: string;
  readonly selected: boolean;
  readonly onOpen: () => void;
  readonly onInstance: (group: string, instance: string) => void;
}) {
  const address = addressOf(balancer);
  const live = behind.filter(({ member }) => !member.isDisabled).flatMap(({ instances }) => instances);
  return (
    <section className="cluster" aria-label={`Load balancer ${balancer.name}`} data-stale={balancer.stale === true}>
      <div className="cluster-head">
        <h2>
          <Opener name={balancer.name} open={selected} onOpen={onOpen} className="" />
        </h2>
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
              {balancer['ipProtocol'] === 'UDP' ? (
                <span className="gk-mono">{address}</span>
              ) : (
                <a
                  className="gk-mono link"
                  href={`${balancer['certificate'] ? 'https' : 'http'}://${address}/`}
                  target="_blank"
                  rel="noreferrer"
                >
                  {address}
                </a>
              )}
              <CopyText text={address} label="Copy the address" />
            </>
          ) : (
            <span className="gk-muted">It has no address yet</span>
          )}
          <div className="page-space" />
          <SeenAt at={balancer.seenAt} stale={balancer.stale} />
        </div>
        {behind.length === 0 ? <div className="pipeline-none">No server group stands behind it.</div> : null}
        {behind.map(({ key, member, instances }) => (
          <div key={key} className="group-row balancer-row" data-disabled={member.isDisabled}>
            <div className="group-name">
              <Link
                className="plain gk-mono group-title"
                to="/applications/$application/clusters"
                params={{ application }}
                search={{ group: key }}
              >
                {member.name}
              </Link>
              {member.isDisabled ? <Chip look="canceled">Disabled</Chip> : null}
            </div>
            <InstanceSquares
              instances={instances}
              disabled={member.isDisabled}
              onSelect={({ id }) => onInstance(key, id)}
            />
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
