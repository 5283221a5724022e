import { FirewallIcon } from '@gennaker/ui/icons';
import { TableHead } from '@gennaker/ui/table-head';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { keyOf } from '../infrastructure/clusters.tsx';
import { CreateButton } from '../infrastructure/create-button.tsx';
import { FirewallPane } from '../infrastructure/firewall-pane.tsx';
import { endsOf, ruleWords } from '../infrastructure/firewall-words.ts';
import { filtered, ListPage } from '../infrastructure/list-page.tsx';
import { Opener } from '../infrastructure/opener.tsx';
import { createFirewallDeed } from '../infrastructure/network-deeds.ts';
import { SeenAt } from '../infrastructure/seen-at.tsx';
import { useSecurityGroups } from '../queries/infrastructure.ts';

const route = getRouteApi('/applications/$application/firewalls');

/** The firewalls that concern an application. One opens beside the list. */
export function FirewallsPage() {
  const { application } = route.useParams();
  const { q, account, region, open } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/firewalls' });
  const firewalls = useSecurityGroups(application);
  const filter = { q, account, region };
  const all = firewalls.data ?? [];
  const shown = filtered(all, filter, (each) =>
    [each.name, each.network, ...Object.values(ruleWords(each)), ...Object.values(endsOf(each))].join(' '),
  );
  const selected = all.find((each) => keyOf(each) === open);
  const show = (key: string | undefined): void =>
    void navigate({ search: (was) => ({ ...was, open: key }), replace: true, resetScroll: false });
  return (
    <ListPage
      title="Firewalls"
      things="firewalls"
      icon={FirewallIcon}
      list={firewalls}
      filter={filter}
      onFilter={(next) =>
        void navigate({
          search: (was) => ({ ...was, q: next.q, account: next.account, region: next.region }),
          replace: true,
        })
      }
      shown={shown.length}
      create={
        <CreateButton
          application={application}
          label="Create firewall"
          capability="securityGroups"
          deed={() => createFirewallDeed(application)}
        />
      }
      none={{
        title: `No firewall concerns ${application}`,
        why: "One does when its name starts with the application's, or when it matches instances of the application.",
      }}
      open={open}
      onClose={() => show(undefined)}
      pane={
        selected ? (
          <FirewallPane
            key={keyOf(selected)}
            application={application}
            firewall={selected}
            onClose={() => show(undefined)}
          />
        ) : null
      }
    >
      <div className="card">
        <table className="table table-rows">
          <TableHead actions columns={['Name', 'Traffic', 'From', 'To', 'Network']} />
          <tbody>
            {shown.map((each) => (
              <tr key={keyOf(each)} data-selected={open === keyOf(each)} data-stale={each.stale === true}>
                <td>
                  <Opener name={each.name} open={open === keyOf(each)} onOpen={() => show(keyOf(each))} />
                  <div className="app-about">
                    {each.account} · {each.region}
                  </div>
                </td>
                <td>
                  {Object.values(ruleWords(each)).join(' ')}
                  {each.disabled ? <div className="app-about">Disabled</div> : null}
                </td>
                <td>{endsOf(each).from}</td>
                <td>{endsOf(each).to}</td>
                <td>{each.network}</td>
                <td>{each.stale ? <SeenAt at={each.seenAt} stale /> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ListPage>
  );
}
