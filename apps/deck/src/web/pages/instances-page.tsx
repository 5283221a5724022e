import { Checkbox } from '@mantine/core';
import type { Instance, ServerGroup } from '@gennaker/contracts/clouddriver';
import { InstanceIcon } from '@gennaker/ui/icons';
import { healthLook, healthReason, healthWord } from '@gennaker/ui/instance-squares';
import { StatusText } from '@gennaker/ui/status';
import { TableHead } from '@gennaker/ui/table-head';
import { Ago } from '@gennaker/ui/time';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { keyOf } from '../infrastructure/clusters.tsx';
import { instanceDeeds } from '../infrastructure/instance-deeds.ts';
import { InstancePane } from '../infrastructure/instance-pane.tsx';
import type { Facets } from '../infrastructure/list-page.tsx';
import { filtered, ListPage, NO_FILTER } from '../infrastructure/list-page.tsx';
import { Opener } from '../infrastructure/opener.tsx';
import { MarkedBar } from '../infrastructure/marked-bar.tsx';
import { useCan } from '../queries/accounts.ts';
import { useServerGroups } from '../queries/infrastructure.ts';

const route = getRouteApi('/applications/$application/instances');

const facetsOf = ({ group, instance }: { readonly group: ServerGroup; readonly instance: Instance }): Facets => ({
  stack: group.moniker.stack,
  detail: group.moniker.detail,
  status: healthWord(instance.healthState),
});

/** An application's instances as a table: the accessible twin of the squares. Several can be acted upon at once. */
export function InstancesPage() {
  const { application } = route.useParams();
  const { q, account, region, stack, detail, status, open } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/instances' });
  const can = useCan();
  const groups = useServerGroups(application);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const filter = { q, account, region, stack, detail, status };
  const all = (groups.data ?? []).flatMap((group) =>
    group.instances.map((instance) => ({
      instance,
      group,
      account: group.account,
      region: group.region,
      key: `${group.account}/${group.region}/${instance.id}`,
      place: {
        cloudProvider: group.cloudProvider,
        account: group.account,
        region: group.region,
        id: instance.id,
        zone: instance.zone,
        serverGroup: group.name,
      },
    })),
  );
  const shown = filtered(
    all,
    filter,
    ({ instance, group }) =>
      [instance.name, group.name, instance.zone, healthWord(instance.healthState), ...(instance.ips ?? [])].join(' '),
    facetsOf,
  ).toSorted((a, b) => a.instance.name.localeCompare(b.instance.name));
  const selected = all.find(({ key }) => key === open);
  const chosen = shown.filter(({ key }) => marked.has(key));
  const show = (key: string | undefined): void =>
    void navigate({ search: (was) => ({ ...was, open: key }), replace: true, resetScroll: false });
  return (
    <ListPage
      title="Instances"
      things="instances"
      icon={InstanceIcon}
      list={{ ...groups, data: groups.data && all }}
      filter={filter}
      onFilter={(next) =>
        void navigate({
          search: (was) => ({ ...was, ...NO_FILTER, ...next }),
          replace: true,
        })
      }
      facets={facetsOf}
      shown={shown.length}
      none={{
        title: `${application} has no instance`,
        why: 'Instances appear here as soon as a server group of the application has some.',
      }}
      open={open}
      onClose={() => show(undefined)}
      pane={
        selected ? (
          <InstancePane
            key={selected.key}
            application={application}
            place={selected.place}
            known={selected.instance}
            seen={selected.group}
            onGroup={() =>
              void navigate({
                to: '/applications/$application/clusters',
                params: { application },
                search: { group: keyOf(selected.group) },
              })
            }
            onClose={() => show(undefined)}
          />
        ) : null
      }
    >
      <Checkbox
        size="xs"
        mb={8}
        label={chosen.length === 0 ? 'All that are shown' : `${chosen.length} of ${shown.length}`}
        checked={chosen.length === shown.length}
        indeterminate={chosen.length > 0 && chosen.length < shown.length}
        onChange={(event) => setMarked(new Set(event.currentTarget.checked ? shown.map(({ key }) => key) : []))}
      />
      {chosen.length > 0 ? (
        <MarkedBar
          application={application}
          count={chosen.length}
          things="instances"
          deeds={instanceDeeds(
            chosen.map(({ place }) => place),
            can,
          )}
          onClear={() => setMarked(new Set())}
        />
      ) : null}
      <div className="card">
        <table className="table table-rows no-wrap">
          <TableHead actions columns={['Name', 'Health', 'Server group', 'Zone', 'Address', 'Started']} />
          <tbody>
            {shown.map(({ key, instance, group }) => (
              <tr key={key} data-selected={open === key} data-stale={group.stale === true}>
                <td>
                  <div className="group-name">
                    <Checkbox
                      size="xs"
                      aria-label={`Choose ${instance.name}`}
                      checked={marked.has(key)}
                      onChange={(event) => {
                        const on = event.currentTarget.checked;
                        setMarked(new Set(on ? [...marked, key] : [...marked].filter((each) => each !== key)));
                      }}
                    />
                    <Opener name={instance.name} open={open === key} onOpen={() => show(key)} />
                  </div>
                </td>
                <td title={healthReason(instance)}>
                  <StatusText look={healthLook(instance.healthState)}>{healthWord(instance.healthState)}</StatusText>
                </td>
                <td>
                  <Link
                    className="link gk-mono"
                    to="/applications/$application/clusters"
                    params={{ application }}
                    search={{ group: keyOf(group) }}
                  >
                    {group.name}
                  </Link>
                </td>
                <td>{instance.zone}</td>
                <td className="gk-mono">{instance.ips?.join(', ')}</td>
                <td className="gk-muted">{instance.launchTime ? <Ago at={instance.launchTime} /> : null}</td>
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ListPage>
  );
}
