import { CHECK_FIELDS } from './checks.ts';
import { linkTo, type Place, placeOf } from './collections.ts';
import type { BackendServiceDescription, HealthCheckDescription, UpsertLoadBalancer } from './schema.ts';

/** A resource as it shall be. */
export interface Wanted {
  readonly place: Place;
  /** What it must have. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What a new one has besides; an existing one keeps its own. */
  readonly initial?: Readonly<Record<string, unknown>>;
}

/** What was looked up before anything is made; kept in the journal. */
export interface Found {
  readonly project: string;
  /** Parts of the load balancer that exists; null when it is to be made. */
  readonly existing: {
    readonly proxy: Place | null;
    readonly urlMap: string | null;
    readonly service: string | null;
    readonly pool: { readonly name: string; readonly sessionAffinity: string; readonly check: string | null } | null;
  } | null;
  /** Of each backend service that is named: link of its health check, '' when it has none; null when it is to be made. */
  readonly services: Readonly<Record<string, string | null>>;
  /** Health checks that exist, by region and name: what they ask. */
  readonly checks: Readonly<Record<string, { readonly type: string; readonly port: number | null }>>;
  /** Links and addresses that names in the description mean. */
  readonly address: string | null;
  readonly network: string | null;
  readonly subnetwork: string | null;
  readonly certificate: string | null;
}

/** How a load balancer of one type is put together: its resources in the order in which they can be made. */
export type Assembly = (d: UpsertLoadBalancer, found: Found) => readonly Wanted[];

/** What a new health check is, unless asked otherwise. */
const CHECK = { checkIntervalSec: 5, timeoutSec: 5, healthyThreshold: 2, unhealthyThreshold: 2 } as const;

/** Key of a health check among those that were found. */
export const checkKey = ({ region, name }: Pick<Place, 'region' | 'name'>): string => `${region}/${name}`;

/** A health check of a backend service. `port`: what is checked unless the description or the check itself says. */
function healthCheck(found: Found, place: Place, asked: HealthCheckDescription, port: number): Wanted {
  const known = found.checks[checkKey(place)];
  const type = asked.healthCheckType ?? typeOf(known?.type);
  const withPath = type === 'HTTP' || type === 'HTTPS' || type === 'HTTP2';
  // A check of the port that is served takes no other one beside.
  const served = known?.port === null ? { portSpecification: undefined, portName: undefined } : {};
  const target = {
    ...(asked.port === undefined ? {} : { port: asked.port, ...served }),
    ...(withPath && asked.requestPath !== undefined ? { requestPath: asked.requestPath } : {}),
    ...(withPath && asked.host !== undefined ? { host: asked.host } : {}),
  };
  const whole = { port: known?.port ?? port, ...(withPath ? { requestPath: '/' } : {}), ...target };
  const turned = known !== undefined && known.type !== type;
  return {
    place,
    fields: {
      ...timing(asked),
      // A check of another type begins anew, on the same port.
      ...(turned ? { type, ...otherChecksGone(type), [CHECK_FIELDS[type]]: whole } : {}),
      ...(!turned && Object.keys(target).length > 0 ? { [CHECK_FIELDS[type]]: target } : {}),
    },
    initial: { ...CHECK, type, [CHECK_FIELDS[type]]: whole },
  };
}

const typeOf = (type: string | undefined): keyof typeof CHECK_FIELDS =>
  type !== undefined && Object.hasOwn(CHECK_FIELDS, type) ? (type as keyof typeof CHECK_FIELDS) : 'HTTP';

function otherChecksGone(type: keyof typeof CHECK_FIELDS): Record<string, undefined> {
  return Object.fromEntries(
    Object.values(CHECK_FIELDS)
      .filter((field) => field !== CHECK_FIELDS[type])
      .map((field) => [field, undefined]),
  );
}

/** A health check of a target pool. */
export function legacyHealthCheck(place: Place, asked: HealthCheckDescription, port: number): Wanted {
  return {
    place,
    fields: {
      ...timing(asked),
      ...(asked.port === undefined ? {} : { port: asked.port }),
      ...(asked.requestPath === undefined ? {} : { requestPath: asked.requestPath }),
      ...(asked.host === undefined ? {} : { host: asked.host }),
    },
    initial: { ...CHECK, port, requestPath: '/' },
  };
}

function timing(asked: HealthCheckDescription): Record<string, number> {
  const { checkIntervalSec, timeoutSec, healthyThreshold, unhealthyThreshold } = asked;
  return Object.fromEntries(
    Object.entries({ checkIntervalSec, timeoutSec, healthyThreshold, unhealthyThreshold }).filter(
      (entry): entry is [string, number] => entry[1] !== undefined,
    ),
  );
}

/** What all backend services of one type have. */
export interface ServiceKind {
  readonly protocol: string;
  readonly loadBalancingScheme: string;
  /** A proxy speaks to the groups' named port; what passes through keeps the port of the rule. */
  readonly named: boolean;
}

/** A backend service with its health check, where the description says something of them. */
export function backendService(
  found: Found,
  region: string,
  asked: BackendServiceDescription & { readonly name: string },
  kind: ServiceKind,
  port: number,
): Wanted[] {
  const known = found.services[asked.name] ?? null;
  const check = checkPlace(known, region, asked);
  const checkWanted = asked.healthCheck !== undefined || !known;
  const link = linkTo(found.project, check);
  return [
    ...(checkWanted ? [healthCheck(found, check, asked.healthCheck ?? {}, port)] : []),
    {
      place: { collection: 'backendServices', region, name: asked.name },
      fields: {
        ...(checkWanted ? { healthChecks: [link] } : {}),
        ...(asked.sessionAffinity === undefined ? {} : { sessionAffinity: asked.sessionAffinity }),
        ...(asked.affinityCookieTtlSec === undefined ? {} : { affinityCookieTtlSec: asked.affinityCookieTtlSec }),
        ...(asked.portName === undefined || !kind.named ? {} : { portName: asked.portName }),
        ...(asked.enableCDN === undefined ? {} : { enableCDN: asked.enableCDN }),
        ...(asked.timeoutSec === undefined ? {} : { timeoutSec: asked.timeoutSec }),
        ...(asked.connectionDrainingTimeoutSec === undefined
          ? {}
          : { connectionDraining: { drainingTimeoutSec: asked.connectionDrainingTimeoutSec } }),
      },
      initial: {
        protocol: kind.protocol,
        loadBalancingScheme: kind.loadBalancingScheme,
        ...(kind.named ? { portName: 'http' } : {}),
        connectionDraining: { drainingTimeoutSec: 30 },
      },
    },
  ];
}

/** The health check that a service is to have: the one it names, or has, or else one named after it. */
export function checkPlace(
  known: string | null,
  region: string,
  asked: BackendServiceDescription & { readonly name: string },
): Place {
  const has = placeOf(known);
  const name = asked.healthCheck?.name;
  if (has && (name === undefined || name === has.name)) return has;
  return { collection: 'healthChecks', region, name: name ?? `${asked.name.replace(/-bs$/, '')}-hc` };
}

/** The one backend service of a load balancer that has just one, as asked under `backendService` or beside it. */
export function onlyService(
  d: UpsertLoadBalancer,
  found: Found,
): BackendServiceDescription & { readonly name: string } {
  return {
    ...(d.healthCheck ? { healthCheck: d.healthCheck } : {}),
    ...(d.sessionAffinity ? { sessionAffinity: d.sessionAffinity } : {}),
    ...(d.connectionDrainingTimeoutSec === undefined
      ? {}
      : { connectionDrainingTimeoutSec: d.connectionDrainingTimeoutSec }),
    ...d.backendService,
    name: d.backendService?.name ?? found.existing?.service ?? `${d.loadBalancerName}-bs`,
  };
}

/** Ports as a list of ranges: `8080` is one of one port. */
export function portsOf(value: string | number | undefined): { readonly from: number; readonly to: number } | null {
  const [from, to = from, ...more] = String(value ?? '')
    .split('-')
    .map(Number);
  const fine = (port: number | undefined): port is number =>
    port !== undefined && Number.isInteger(port) && port >= 1 && port <= 65_535;
  return more.length === 0 && fine(from) && fine(to) && from <= to ? { from, to } : null;
}

/** The range of a rule as the API writes it. @throws Error for what `problemsOf` refuses */
export function rangeText(value: string | number): string {
  const range = portsOf(value);
  if (!range) throw new Error(`"${value}" is no port or range of ports.`);
  return `${range.from}-${range.to}`;
}
