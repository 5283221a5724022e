import { badRequest } from '@gennaker/contracts/error';
import type { gateFeatureRoutes } from '@gennaker/contracts/gate-features';
import type { Handlers } from '@gennaker/contracts/route';
import { FUNCTION_NAMES } from '@gennaker/expressions/functions';
import type { QuietPeriod } from '@gennaker/service/trigger-settings';
import type { Gate } from '../gate.ts';
import type { People } from '../people/people.ts';
import { validateCron } from './validate-cron.ts';
import { usableServiceAccounts } from '../people/service-accounts.ts';
import { listUsers } from '../people/users.ts';

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

/** A time in which triggers rest, as Spinnaker's clients know it. */
function quietPeriodNow(period: QuietPeriod | undefined, now: number) {
  if (!period?.enabled) return { enabled: false, inQuietPeriod: false, startTime: -1, endTime: -1 };
  const [startTime, endTime] = [Date.parse(period.startIso), Date.parse(period.endIso)];
  return { enabled: true, inQuietPeriod: startTime <= now && now < endTime, startTime, endTime };
}

/** What clients ask to learn which features there are. */
export function featureHandlers(
  people: People,
  { stages: { definitions }, triggers, deploymentMonitors }: Pick<Gate, 'stages' | 'triggers' | 'deploymentMonitors'>,
): Handlers<typeof gateFeatureRoutes> {
  const none = () => [];
  return {
    deckPlugins: none,
    pluginInfos: none,
    quietPeriod: () => quietPeriodNow(triggers.quietPeriod, people.clock.now()),
    deploymentMonitors: () =>
      deploymentMonitors.map(({ id, name = id, supportContact, stable }) => ({
        id,
        name,
        stable,
        ...(supportContact === undefined ? {} : { supportContact }),
      })),
    expressionCapabilities: () => ({
      functions: FUNCTION_NAMES.map((name) => ({ name })),
      spelEvaluators: [
        {
          versionKey: 'v4',
          displayName: 'v4',
          description: 'A stage is evaluated when it starts, and never before',
          deprecated: false,
        },
        {
          versionKey: 'v3',
          displayName: 'v3',
          description: 'Stages are also evaluated when their pipeline starts, as far as is known then',
          deprecated: false,
        },
      ],
    }),
    stageFeatures: () => [...definitions.keys()].toSorted().map((name) => ({ name, enabled: true })),
    validateCron: ({ query }) => validateCron(query, triggers.cron.timezone, people.clock.now()),
    serviceAccounts: async ({ identity }) =>
      (await people.authentication()) ? usableServiceAccounts(identity, await listUsers(people)) : [],
    redirect: ({ query }) => {
      if (!people.origins.includes(new URL(query.to).origin))
        throw badRequest(`${query.to} is no address of this system`, {
          field: 'to',
          fix: `use an address below one of ${people.origins.join(', ')}`,
        });
      return { status: 302, headers: { ...TEXT, location: query.to }, body: '' };
    },
    scalingActivities: none,
    pubsubSubscriptions: () =>
      triggers.pubsub.redis.subscriptions.map(({ name }) => ({ pubsubSystem: 'redis', subscriptionName: name })),
    slackChannels: none,
    pagerDutyServices: none,
    codeBuildAccounts: none,
    cloudBuildAccounts: none,
    artifactoryNames: none,
    cloudRoles: none,
    imageTags: none,
    ciBuilds: none,
    onCalls: none,
    firstTemplates: none,
    nexusNames: none,
    functions: none,
    storage: none,
    keyPairs: none,
    serverGroupManagers: none,
    applicationFunctions: none,
    rawResources: none,
  };
}
