import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { parseName } from '@gennaker/contracts/moniker';
import type { MeterQuery, TrafficReport } from '@gennaker/contracts/traffic-report';
import type { Cloud } from './cloud.ts';
import { trafficReport } from './traffic-meter.ts';

const SHORTEST_WINDOW_MS = 1_000;

/**
 * Asks a cloud's meter and makes a report of the answer.
 * @param application whose traffic may be read: no other's is
 * @param known server groups of the application in that region, for the load balancers that they are behind
 * @throws ServiceError 400 naming the field; 501 when the cloud has no meter; 502 in the cloud's words
 */
export async function readMeter(
  cloud: Cloud,
  application: string,
  query: MeterQuery,
  known: readonly ServerGroup[],
  now: number,
): Promise<TrafficReport> {
  const { account, region, cluster, from, points } = query;
  const to = Math.min(query.to ?? now, now);
  const names = query.serverGroups?.split(',').map((name) => name.trim());
  if ((cluster === undefined) === (names === undefined))
    throw badRequest('Traffic is read of a cluster or of server groups', {
      field: cluster === undefined ? 'cluster' : 'serverGroups',
      fix: 'give exactly one of the two',
    });
  for (const name of names ?? [cluster ?? ''])
    if (parseName(name)?.app !== application)
      throw badRequest(`${name} is not of application ${application}`, {
        field: names ? 'serverGroups' : 'cluster',
        fix: 'ask for it under the application that its name begins with',
      });
  if (to - from < SHORTEST_WINDOW_MS)
    throw badRequest('The window must begin at least a second before it ends, and before now', {
      field: 'from',
      fix: 'give an earlier time, in milliseconds since 1970',
    });
  const { meter } = cloud.capabilities;
  if (!meter)
    throw new ServiceError(501, `The cloud of account ${account} counts no traffic`, {
      field: 'account',
      fix: 'leave out what needs its numbers',
    });
  const mine = known.filter((group) => (names ? names.includes(group.name) : group.cluster === cluster));
  const loadBalancers = [...new Set(mine.flatMap((group) => group.loadBalancers))];
  const of = names ? { serverGroups: names } : { cluster: cluster ?? '' };
  try {
    const reading = await meter.read({ region, of, loadBalancers, from, to, points });
    return trafficReport({ account, region }, names ?? mine.map(({ name }) => name), reading, to, now);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw new ServiceError(502, `The traffic of ${cluster ?? names?.join(', ')} cannot be read: ${words}`, {
      field: 'account',
    });
  }
}
