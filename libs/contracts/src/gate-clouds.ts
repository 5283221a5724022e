import { z } from 'zod';
import { artifactAccountRoutes } from './artifacts.ts';
import { cloudAccountRoutes } from './cloud-accounts.ts';
import { cloudReadRoutes } from './cloud-reads.ts';
import { cloudHoldRoutes } from './cloud-undo.ts';
import { networkSchema, serverGroupSchema } from './cloud-views.ts';
import { clouddriverApi, imageQuery } from './clouddriver.ts';
import { buildInfoSchema, buildRoutes, igorApi } from './igor.ts';
import { roscoApi } from './rosco.ts';
import { defineApi } from './route.ts';

const application = z.object({ application: z.string() });
const { allSecurityGroups, securityGroupsOfAccount, securityGroupsOfRegion, getSecurityGroup } = cloudReadRoutes;
const regionId = z.object({ region: z.string(), id: z.string() });

/** The part of gate's API that is about clouds, their accounts, the bakery and build masters. */
export const gateCloudRoutes = defineApi({
  ...cloudAccountRoutes,
  ...artifactAccountRoutes,
  ...cloudReadRoutes,
  ...cloudHoldRoutes,
  allFirewalls: { ...allSecurityGroups, path: '/firewalls' },
  firewallsOfAccount: { ...securityGroupsOfAccount, path: '/firewalls/:account' },
  firewallsOfRegion: { ...securityGroupsOfRegion, path: '/firewalls/:account/:region' },
  getFirewall: { ...getSecurityGroup, path: '/firewalls/:account/:region/:name' },
  certificatesOf: {
    ...cloudReadRoutes.listCertificates,
    path: '/certificates/:provider',
    summary: 'Certificates of one cloud; never their keys',
    params: z.object({ provider: z.string() }),
  },
  listServerGroups: {
    method: 'GET',
    path: '/applications/:application/serverGroups',
    summary: "An application's server groups",
    params: application,
    query: z.object({
      clusters: z.string().optional(),
      expand: z.string().optional(),
      cloudProvider: z.string().optional(),
    }),
    response: z.array(serverGroupSchema),
  },
  getServerGroup: {
    method: 'GET',
    path: '/applications/:application/serverGroups/:account/:region/:name',
    summary: 'One server group',
    params: z.object({ application: z.string(), account: z.string(), region: z.string(), name: z.string() }),
    query: z.object({ includeDetails: z.string().optional() }),
    response: serverGroupSchema,
  },
  findImages: {
    method: 'GET',
    path: '/images/find',
    summary: 'Images by name (`*` stands for anything) and by tags (`tag:key=value`), newest first',
    query: imageQuery.extend({ provider: z.string().optional() }),
    response: clouddriverApi.findImages.response,
  },
  allNetworks: {
    method: 'GET',
    path: '/networks',
    summary: 'Networks by cloud',
    response: z.record(z.string(), z.array(networkSchema)),
  },
  previewOperations: { ...clouddriverApi.previewOperations },
  retryOperation: { ...clouddriverApi.retryOperation },
  undoOperation: { ...clouddriverApi.undoOperation },
  listLocks: {
    method: 'GET',
    path: '/locks',
    summary: 'Who changes which cluster now',
    response: clouddriverApi.listLocks.response,
  },

  bakeryOptions: {
    method: 'GET',
    path: '/bakery/options',
    summary: 'Base images by cloud',
    response: roscoApi.bakeOptions.response,
  },
  bakeryOptionsOf: {
    method: 'GET',
    path: '/bakery/options/:provider',
    summary: 'Base images of a cloud',
    params: z.object({ provider: z.string() }),
    response: z.looseObject({ cloudProvider: z.string(), baseImages: z.array(z.looseObject({ id: z.string() })) }),
  },
  bakeryLogs: {
    method: 'GET',
    path: '/bakery/logs/:region/:id',
    summary: "A bake's log from `offset` on",
    params: regionId,
    query: z.object({ offset: z.coerce.number().int().min(0).optional() }),
    response: roscoApi.bakeLogs.response,
  },
  bakeryLogStream: {
    method: 'GET',
    path: '/bakery/logs/:region/:id/stream',
    summary: "A bake's log as it grows",
    params: regionId,
    query: z.object({ offset: z.coerce.number().int().min(0).optional() }),
    answers: 'events',
  },

  listMasters: {
    method: 'GET',
    path: '/v2/builds',
    summary: 'Configured build masters',
    query: z.object({ type: z.string().optional() }),
    response: z.array(z.string()),
  },
  listMastersV3: {
    method: 'GET',
    path: '/v3/builds',
    summary: 'Configured build masters',
    query: z.object({ type: z.string().optional() }),
    response: z.array(z.string()),
  },
  listJobsV2: {
    method: 'GET',
    path: '/v2/builds/:master/jobs',
    summary: 'Jobs of a master',
    params: z.object({ master: z.string() }),
    response: z.array(z.string()),
  },
  getJob: { ...igorApi.getJob, path: '/v3/builds/:master/job' },
  listBuilds: { ...igorApi.listBuilds, path: '/v3/builds/:master/builds' },
  listJobs: {
    method: 'GET',
    path: '/v3/builds/:master/jobs',
    summary: 'Jobs of a master',
    params: z.object({ master: z.string() }),
    response: z.array(z.string()),
  },
  getBuild: {
    method: 'GET',
    path: '/v3/builds/:master/build/:number',
    summary: 'One build',
    params: z.object({ master: z.string(), number: z.coerce.number().int() }),
    query: z.object({ job: z.string() }),
    response: buildInfoSchema,
  },
  buildConsole: { ...buildRoutes.buildConsole, path: '/v3/builds/:master/build/:number/console' },
  buildProperties: { ...buildRoutes.buildProperties, path: '/v3/builds/:master/build/:number/properties' },
});
