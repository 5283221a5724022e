import { GLOBAL, linkTo, type Place, placeOf } from './collections.ts';
import { forwardingRule } from './rule.ts';
import { type Assembly, legacyHealthCheck, rangeText, type Wanted } from './wanted.ts';

/** Connections from everywhere handed on as they are, to single instances in a target pool. */
export const assembleNetwork: Assembly = (d, found) => {
  const pool = found.existing?.pool ?? null;
  const affinity = d.sessionAffinity ?? pool?.sessionAffinity ?? 'NONE';
  // A pool's affinity is fixed: another one needs another pool, to which the rule is turned at once.
  const turned = pool !== null && pool.sessionAffinity !== affinity;
  const place: Place = {
    collection: 'targetPools',
    region: d.region,
    name: pool && !turned ? pool.name : `${d.loadBalancerName}-tp${turned ? `-${suffix(affinity)}` : ''}`,
  };
  const range = d.portRange === undefined ? undefined : rangeText(d.portRange);
  const port = Number((range ?? '80').split('-')[0]);
  const check: Place | null = d.healthCheck
    ? (checkOf(pool?.check, d.healthCheck.name) ?? {
        collection: 'httpHealthChecks',
        region: GLOBAL,
        name: d.healthCheck.name ?? `${d.loadBalancerName}-hc`,
      })
    : checkOf(pool?.check, undefined);
  const wantedPool: Wanted = {
    place,
    fields: check ? { healthChecks: [linkTo(found.project, check)] } : {},
    initial: { sessionAffinity: affinity },
  };
  const rule = forwardingRule(d, found, d.region, place, {
    loadBalancingScheme: 'EXTERNAL',
    ...(d.ipProtocol ? { IPProtocol: d.ipProtocol } : {}),
    ...(range ? { portRange: range } : {}),
  });
  return [
    ...(check && d.healthCheck ? [legacyHealthCheck(check, d.healthCheck, port)] : []),
    wantedPool,
    { ...rule, initial: { IPProtocol: 'TCP', portRange: '80-80', ...rule.fields } },
  ];
};

const suffix = (affinity: string): string => affinity.toLowerCase().replaceAll('_', '-').replace('client-', '');

/** The check that a pool has, unless another one is named. */
function checkOf(link: string | null | undefined, name: string | undefined): Place | null {
  const has = link ? legacyPlace(link) : null;
  return has && (name === undefined || name === has.name) ? has : null;
}

function legacyPlace(link: string): Place | null {
  const place = placeOf(link);
  return place?.collection === 'httpHealthChecks' ? place : null;
}
