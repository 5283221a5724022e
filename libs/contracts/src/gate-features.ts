import { z } from 'zod';
import { offeredMonitorSchema } from './deployment-monitors.ts';
import { jsonObject } from './execution.ts';
import { defineApi } from './route.ts';

const none = (path: string, summary: string) =>
  ({ method: 'GET', path, summary: `${summary}: none here`, response: z.array(jsonObject) }) as const;
const noNames = (path: string, summary: string) =>
  ({ method: 'GET', path, summary: `${summary}: none here`, response: z.array(z.string()) }) as const;
const application = z.object({ application: z.string() });

/**
 * What Spinnaker's clients ask at their start to learn which features a system has. A feature that this system does not
 * have answers as Spinnaker does when it is off.
 */
export const gateFeatureRoutes = defineApi({
  deckPlugins: none('/plugins/deck/plugin-manifest.json', 'Plugins of the UI'),
  pluginInfos: none('/plugins/info', 'Plugins'),
  quietPeriod: {
    method: 'GET',
    path: '/capabilities/quietPeriod',
    summary: 'A time in which triggers rest; -1 where there is none',
    response: z.object({
      enabled: z.boolean(),
      inQuietPeriod: z.boolean(),
      startTime: z.number(),
      endTime: z.number(),
    }),
  },
  deploymentMonitors: {
    method: 'GET',
    path: '/capabilities/deploymentMonitors',
    summary: 'External monitors that may judge deploys with strategy monitored',
    response: z.array(offeredMonitorSchema),
  },
  expressionCapabilities: {
    method: 'GET',
    path: '/capabilities/expressions',
    summary: 'The helper functions of expressions, and the versions of their evaluation',
    response: z.object({
      functions: z.array(z.object({ name: z.string() })),
      spelEvaluators: z.array(
        z.object({ versionKey: z.string(), displayName: z.string(), description: z.string(), deprecated: z.boolean() }),
      ),
    }),
  },
  stageFeatures: {
    method: 'GET',
    path: '/features/stages',
    summary: 'Every stage type that pipelines can have here',
    response: z.array(z.object({ name: z.string(), enabled: z.boolean() })),
  },
  validateCron: {
    method: 'GET',
    path: '/cron/validate',
    summary: "Checks a schedule in Quartz's words, and says what it means",
    query: z.object({
      expression: z.string().max(500),
      timezone: z.string().max(100).optional().describe('IANA name, e.g. Europe/Berlin; absent: the configured one'),
      triggerId: z.string().max(200).optional().describe('of the trigger: it decides what H stands for'),
    }),
    response: z.object({
      response: z.string(),
      description: z.string(),
      timezone: z.string().describe('in whose wall-clock time the schedule is meant'),
      next: z.array(z.number()).describe('the next five runs, epoch milliseconds'),
    }),
  },
  serviceAccounts: {
    method: 'GET',
    path: '/auth/user/serviceAccounts',
    summary: 'Service accounts that the caller may let triggers run as',
    query: z.object({ application: z.string().optional() }),
    response: z.array(z.string()),
  },
  redirect: {
    method: 'GET',
    path: '/auth/redirect',
    summary: 'Goes to an address of this system once somebody is logged in',
    query: z.object({ to: z.url() }),
    answers: 'raw',
  },
  scalingActivities: {
    ...none(
      '/applications/:application/clusters/:account/:cluster/serverGroups/:name/scalingActivities',
      'What an autoscaler of another cloud did',
    ),
    params: z.object({ application: z.string(), account: z.string(), cluster: z.string(), name: z.string() }),
  },
  pubsubSubscriptions: {
    method: 'GET',
    path: '/pubsub/subscriptions',
    summary: 'Subscriptions that gennaker.yml names for triggers of type pubsub',
    response: z.array(z.object({ pubsubSystem: z.string(), subscriptionName: z.string() })),
  },
  slackChannels: none('/slack/channels', 'Channels of Slack'),
  pagerDutyServices: none('/pagerDuty/services', 'Services of PagerDuty'),
  codeBuildAccounts: noNames('/codebuild/accounts', 'Accounts of AWS CodeBuild'),
  cloudBuildAccounts: noNames('/gcb/accounts', 'Accounts of Google Cloud Build'),
  artifactoryNames: noNames('/artifactory/names', 'Searches of Artifactory'),
  cloudRoles: { ...none('/roles/:provider', 'Roles of a cloud'), params: z.object({ provider: z.string() }) },
  imageTags: {
    ...noNames('/images/tags', 'Tags of container images'),
    query: z.object({ account: z.string().optional(), repository: z.string().optional() }),
  },
  ciBuilds: {
    ...none('/ci/builds', 'Builds by commit, of build servers that report them'),
    query: z.object({
      projectKey: z.string().optional(),
      repoSlug: z.string().optional(),
      completionStatus: z.string().optional(),
      buildNumber: z.string().optional(),
      commitId: z.string().optional(),
    }),
  },
  onCalls: none('/pagerDuty/oncalls', 'Who is on call, by PagerDuty'),
  firstTemplates: none('/pipelineTemplates', 'Pipeline templates of schema 1'),
  nexusNames: noNames('/nexus/names', 'Searches of Nexus'),
  functions: none('/functions', 'Serverless functions'),
  storage: none('/storage', 'Storage'),
  keyPairs: none('/keyPairs', 'Key pairs'),
  serverGroupManagers: {
    ...none('/applications/:application/serverGroupManagers', 'Managers of server groups (of other clouds)'),
    params: application,
  },
  applicationFunctions: {
    ...none('/applications/:application/functions', 'Serverless functions of an application'),
    params: application,
  },
  rawResources: {
    ...none('/applications/:application/rawResources', 'Resources that no cloud interprets'),
    params: application,
  },
});
