import type { SecurityGroup } from '@gennaker/contracts/cloud-views';
import { Facts } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { Link } from '@tanstack/react-router';
import { useCan } from '../queries/accounts.ts';
import { allowedOf, firewallDeeds, rangesOf } from './network-deeds.ts';
import { Pane, PaneSection } from './pane.tsx';
import { SeenAt } from './seen-at.tsx';
import { StaleNote } from './trouble.tsx';

/** A firewall with the application's server groups that it applies to. */
export type ApplicationFirewall = SecurityGroup & {
  readonly serverGroups: readonly { readonly account: string; readonly region: string; readonly name: string }[];
};

/** What a firewall lets in, such as `tcp 8080` or `icmp, all ports`. */
export function allowedWords(firewall: SecurityGroup): string {
  return allowedOf(firewall)
    .map(({ ipProtocol, portRanges }) =>
      portRanges.length > 0 ? `${ipProtocol} ${portRanges.join(', ')}` : ipProtocol,
    )
    .join('; ');
}

/** From where a firewall lets in. */
export function sourceWords(firewall: SecurityGroup): string {
  const tags = firewall.sourceTags ?? [];
  return [...rangesOf(firewall), ...tags.map((tag) => `tag ${tag}`)].join(', ');
}

/** Everything about one firewall: what can be done, what it lets in from where to whom. */
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
  return (
    <Pane
      application={application}
      label={`Firewall ${firewall.name}`}
      title={firewall.name}
      tags={firewall['disabled'] === true ? <Chip look="canceled">Disabled</Chip> : null}
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
            ['Lets in', allowedWords(firewall)],
            ['From', sourceWords(firewall) || 'Anywhere'],
            ['To', (firewall.targetTags ?? []).map((tag) => `tag ${tag}`).join(', ') || 'All of the network'],
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
