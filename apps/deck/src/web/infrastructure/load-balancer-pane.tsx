import type { Instance, LoadBalancer } from '@gennaker/contracts/clouddriver';
import { CopyText, Facts } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { object, strings, text } from '@gennaker/ui/stage-ui';
import { Link } from '@tanstack/react-router';
import { useCan } from '../queries/accounts.ts';
import { HealthCount } from './health-count.tsx';
import { loadBalancerDeeds } from './network-deeds.ts';
import { Pane, PaneSection } from './pane.tsx';
import { portsOf, routesOf } from './routes.ts';
import { SeenAt } from './seen-at.tsx';
import { StaleNote } from './trouble.tsx';

/** What stands behind a load balancer, with the health that it sees. */
export interface Behind {
  /** Identity of the server group in the address; those of a global load balancer may share their names. */
  readonly key: string;
  readonly member: LoadBalancer['serverGroups'][number];
  readonly instances: readonly Instance[];
}

/** Address and first port of a load balancer; undefined while it has none. */
export function addressOf({ ipAddress, portRange }: LoadBalancer): string | undefined {
  const port = portsOf(portRange).split('-')[0];
  return ipAddress ? `${ipAddress}${port ? `:${port}` : ''}` : undefined;
}

/** By what requests of one client stay together, in words. */
function affinityWords(affinity: unknown): string {
  const words = text(affinity).replaceAll('_', ' ').toLowerCase();
  return words && `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Instances behind a load balancer by themselves, not as part of a server group. */
function singleInstances(balancer: LoadBalancer): string[] {
  const grouped = new Set(balancer.serverGroups.flatMap(({ instances }) => instances.map(({ id }) => id)));
  return strings(balancer['instances']).filter((name) => !grouped.has(name));
}

/** Everything about one load balancer: what can be done, its listener, where it sends what, and who is behind it. */
export function LoadBalancerPane({
  application,
  balancer,
  behind,
  onClose,
}: {
  readonly application: string;
  readonly balancer: LoadBalancer;
  readonly behind: readonly Behind[];
  readonly onClose: () => void;
}) {
  const can = useCan();
  const service = object(balancer['backendService'] ?? balancer['defaultService']);
  const check = object(balancer['healthCheck'] ?? service['healthCheck']);
  const address = addressOf(balancer);
  return (
    <Pane
      application={application}
      label={`Load balancer ${balancer.name}`}
      title={balancer.name}
      tags={<Chip look="waiting">{balancer.loadBalancerType}</Chip>}
      deeds={loadBalancerDeeds(balancer, can)}
      onClose={onClose}
    >
      <div className="pane-notes">
        <StaleNote of={balancer} />
      </div>
      <section className="pane-section">
        <Facts
          of={[
            [
              'Address',
              address ? (
                <span className="pane-copy">
                  <span className="gk-mono">{address}</span>
                  <CopyText text={address} label="Copy the address" />
                </span>
              ) : undefined,
            ],
            ['Protocol', text(balancer['ipProtocol'])],
            ['Ports', strings(balancer['ports']).join(', ') || portsOf(balancer.portRange)],
            ['Account', balancer.account],
            ['Region', balancer.region],
            ['Network', [text(balancer['network']), text(balancer['subnet'])].filter(Boolean).join(' · ')],
            ['Certificate', text(balancer['certificate'])],
            ['Target pool', text(balancer['targetPool'])],
            ['Single instances', singleInstances(balancer).join(', ')],
            ['Backend service', text(service['name'])],
            ['Session affinity', affinityWords(balancer['sessionAffinity'] ?? service['sessionAffinity'])],
            [
              'Draining',
              service['connectionDrainingTimeoutSec'] ? `${text(service['connectionDrainingTimeoutSec'])} s` : '',
            ],
            ['', <SeenAt key="seen" at={balancer.seenAt} stale={balancer.stale} />],
          ]}
        />
      </section>
      {Object.keys(check).length > 0 ? (
        <PaneSection title="Health check">
          <Facts
            of={[
              ['Name', text(check['name'])],
              ['Asks', `${text(check['healthCheckType'])} :${text(check['port'])}${text(check['requestPath'])}`],
              ['Every', check['checkIntervalSec'] ? `${text(check['checkIntervalSec'])} s` : ''],
              ['Up after', check['healthyThreshold'] ? `${text(check['healthyThreshold'])} answers` : ''],
              ['Down after', check['unhealthyThreshold'] ? `${text(check['unhealthyThreshold'])} failures` : ''],
            ]}
          />
        </PaneSection>
      ) : null}
      <Routes balancer={balancer} />
      <PaneSection title="Behind it">
        {behind.length === 0 ? <p className="gk-muted panel-none">No server group stands behind it.</p> : null}
        <ul className="pane-list">
          {behind.map(({ key, member, instances }) => (
            <li key={key}>
              <Link
                className="link gk-mono"
                to="/applications/$application/clusters"
                params={{ application }}
                search={{ group: key }}
              >
                {member.name}
              </Link>
              {member.isDisabled ? <Chip look="canceled">Disabled</Chip> : null}
              <HealthCount instances={instances} />
            </li>
          ))}
        </ul>
      </PaneSection>
    </Pane>
  );
}

/** Which backend service answers for which hosts and paths. */
function Routes({ balancer }: { readonly balancer: LoadBalancer }) {
  if (!text(balancer['urlMapName'])) return null;
  return (
    <PaneSection title="Hosts and paths">
      <Facts
        of={[...routesOf(balancer['hostRules']), ['Everything else', text(object(balancer['defaultService'])['name'])]]}
      />
    </PaneSection>
  );
}
