import { Button, SegmentedControl } from '@mantine/core';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { ClustersIcon } from '@gennaker/ui/icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Clusters, keyOf } from '../infrastructure/clusters.tsx';
import { CreateButton } from '../infrastructure/create-button.tsx';
import { InstancePane } from '../infrastructure/instance-pane.tsx';
import type { Facets } from '../infrastructure/list-page.tsx';
import { filtered, ListPage, NO_FILTER } from '../infrastructure/list-page.tsx';
import { MarkedBar } from '../infrastructure/marked-bar.tsx';
import { createServerGroupDeed, serverGroupsDeeds } from '../infrastructure/server-group-deeds.ts';
import { ServerGroupPane } from '../infrastructure/server-group-pane.tsx';
import { imageOf, versionOf } from '../infrastructure/version.ts';
import { useClusterLocks, useServerGroups } from '../queries/infrastructure.ts';

const route = getRouteApi('/applications/$application/clusters');

const facetsOf = ({ moniker, isDisabled }: ServerGroup): Facets => ({
  stack: moniker.stack,
  detail: moniker.detail,
  status: isDisabled ? 'Disabled' : 'Enabled',
});

/** An application's server groups under clusters, accounts or regions; each instance a square. One opens beside the list. */
export function ClustersPage() {
  const { application } = route.useParams();
  const { q, account, region, stack, detail, status, by = 'cluster', group: open, instance } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/clusters' });
  const groups = useServerGroups(application);
  const locks = useClusterLocks(application);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const filter = { q, account, region, stack, detail, status };
  const all = groups.data ?? [];
  const shown = filtered(
    all,
    filter,
    (each) =>
      [
        each.name,
        imageOf(each),
        versionOf(each),
        ...each.loadBalancers,
        ...each.instances.flatMap(({ name, ips = [] }) => [name, ...ips]),
      ].join(' '),
    facetsOf,
  );
  const selected = all.find((each) => keyOf(each) === open);
  // What is gone meanwhile or filtered away is not acted upon unseen.
  const chosen = shown.filter((each) => marked.has(keyOf(each)));
  const show = (group: string | undefined, at?: string): void =>
    void navigate({ search: (was) => ({ ...was, group, instance: at }), replace: true, resetScroll: false });
  const known = selected?.instances.find(({ id }) => id === instance);
  return (
    <ListPage
      title="Clusters"
      things="server groups"
      icon={ClustersIcon}
      list={groups}
      filter={filter}
      onFilter={(next) =>
        void navigate({
          search: (was) => ({ ...was, ...NO_FILTER, ...next }),
          replace: true,
        })
      }
      facets={facetsOf}
      shown={shown.length}
      more={
        all.length > 0 ? (
          <SegmentedControl
            size="xs"
            aria-label="Group by"
            data={[
              { value: 'cluster', label: 'Clusters' },
              { value: 'account', label: 'Accounts' },
              { value: 'region', label: 'Regions' },
            ]}
            value={by}
            onChange={(next) =>
              void navigate({
                search: (was) => ({ ...was, by: next === 'account' || next === 'region' ? next : undefined }),
                replace: true,
              })
            }
          />
        ) : null
      }
      create={
        <CreateButton
          application={application}
          label="Create server group"
          deed={() => createServerGroupDeed(application, all)}
        />
      }
      none={{
        title: `${application} runs nowhere yet`,
        why: 'Server groups appear here as soon as a pipeline with a deploy stage has made one, or you create one.',
        actions: (
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link to="/applications/$application/executions" params={{ application }} search={{}} {...props} />
            )}
          >
            Go to its pipelines
          </Button>
        ),
      }}
      open={open}
      onClose={() => show(undefined)}
      pane={
        !selected ? null : instance ? (
          <InstancePane
            key={instance}
            application={application}
            place={{
              cloudProvider: selected.cloudProvider,
              account: selected.account,
              region: selected.region,
              id: instance,
              zone: known?.zone,
              serverGroup: selected.name,
            }}
            known={known}
            seen={selected}
            onGroup={() => show(keyOf(selected))}
            onClose={() => show(undefined)}
          />
        ) : (
          <ServerGroupPane
            key={keyOf(selected)}
            application={application}
            group={selected}
            onInstance={(id) => show(keyOf(selected), id)}
            onClose={() => show(undefined)}
          />
        )
      }
    >
      {chosen.length > 0 ? (
        <MarkedBar
          application={application}
          count={chosen.length}
          things="server groups"
          deeds={serverGroupsDeeds(chosen)}
          onClear={() => setMarked(new Set())}
        />
      ) : null}
      <Clusters
        groups={shown}
        by={by}
        locks={locks.data ?? []}
        open={open}
        marked={marked}
        onMark={(key, on) => setMarked(new Set(on ? [...marked, key] : [...marked].filter((each) => each !== key)))}
        onOpen={show}
      />
    </ListPage>
  );
}
