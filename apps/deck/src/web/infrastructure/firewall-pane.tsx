import type { SecurityGroup } from '@gennaker/contracts/cloud-views';
import { Facts } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { Link } from '@tanstack/react-router';
import { useCan } from '../queries/accounts.ts';
import { endsOf, ruleWords } from './firewall-words.ts';
import { firewallDeeds } from './network-deeds.ts';
import { Pane, PaneSection } from './pane.tsx';
import { SeenAt } from './seen-at.tsx';
import { StaleNote } from './trouble.tsx';

/** A firewall with the application's server groups that it applies to. */
export type ApplicationFirewall = SecurityGroup & {
  readonly serverGroups: readonly { readonly account: string; readonly region: string; readonly name: string }[];
};

/** Everything about one firewall: what can be done, what it lets through or denies from where to whom. */
export function FirewallPane({
  application,
  firewall,
  onClose,
}: {
  readonly application: string;
  readonly firewall: ApplicationFirewall;
  readonly onClose: () => void;
}) {
  const can = useCan();
  const { act, traffic } = ruleWords(firewall);
  const { from, to } = endsOf(firewall);
  return (
    <Pane
      application={application}
      label={`Firewall ${firewall.name}`}
      title={firewall.name}
      tags={firewall.disabled === true ? <Chip look="canceled">Disabled</Chip> : null}
      deeds={firewallDeeds(firewall, can)}
      onClose={onClose}
    >
      <div className="pane-notes">
        <StaleNote of={firewall} />
      </div>
      <section className="pane-section">
        <Facts
          of={[
            ['Description', firewall.description],
            [act, traffic],
            ['From', from],
            ['To', to],
            ['Priority', firewall.priority],
            ['Network', firewall.network],
            ['Account', firewall.account],
            ['Region', firewall.region],
            ['', <SeenAt key="seen" at={firewall.seenAt} stale={firewall.stale} />],
          ]}
        />
      </section>
      <PaneSection title={`Server groups of ${application}`}>
        {firewall.serverGroups.length === 0 ? <p className="gk-muted panel-none">It applies to none of them.</p> : null}
        <ul className="pane-list">
          {firewall.serverGroups.map(({ account, region, name }) => (
            <li key={`${account}/${region}/${name}`}>
              <Link
                className="link gk-mono"
                to="/applications/$application/clusters"
                params={{ application }}
                search={{ group: `${account}/${region}/${name}` }}
              >
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </PaneSection>
    </Pane>
  );
}
