import { z } from 'zod';
import { clouddriverApi, instanceSchema, loadBalancerSchema, serverGroupSchema } from './clouddriver.ts';
import { buildInfoSchema } from './igor.ts';
import { roscoApi } from './rosco.ts';
import { defineApi } from './route.ts';

const application = z.object({ application: z.string() });
const instance = z.object({ account: z.string(), region: z.string(), id: z.string() });
const regionId = z.object({ region: z.string(), id: z.string() });

/** The part of gate's API that reads clouds, the bakery and build masters. */
export const gateCloudRoutes = defineApi({
  listAccounts: {
    method: 'GET',
    path: '/credentials',
    summary: 'Accounts',
    query: z.object({ expand: z.string().optional() }),
    response: clouddriverApi.listAccounts.response,
  },
  getAccount: {
    method: 'GET',
    path: '/credentials/:account',
    summary: 'One account',
    params: z.object({ account: z.string() }),
    response: z.looseObject({ name: z.string(), type: z.string(), cloudProvider: z.string() }),
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
  listClusters: {
    method: 'GET',
    path: '/applications/:application/clusters',
    summary: 'Cluster names by account',
    params: application,
    response: z.record(z.string(), z.array(z.string())),
  },
  listLoadBalancers: {
    method: 'GET',
    path: '/applications/:application/loadBalancers',
    summary: "An application's load balancers",
    params: application,
    response: z.array(loadBalancerSchema),
  },
  allLoadBalancers: {
    method: 'GET',
    path: '/loadBalancers',
    summary: 'All load balancers',
    query: z.object({ provider: z.string().optional() }),
    response: z.array(loadBalancerSchema),
  },
  getInstance: {
    method: 'GET',
    path: '/instances/:account/:region/:id',
    summary: 'One instance',
    params: instance,
    query: z.object({ provider: z.string().optional() }),
    response: instanceSchema,
  },
  getConsole: {
    method: 'GET',
    path: '/instances/:account/:region/:id/console',
    summary: "An instance's serial console",
    params: instance,
    query: z.object({ provider: z.string().optional() }),
    response: z.object({ output: z.string() }),
  },
  findImages: {
    method: 'GET',
    path: '/images/find',
    summary: 'Images by name',
    query: z.object({ provider: z.string().optional(), q: z.string().optional(), account: z.string().optional() }),
    response: clouddriverApi.findImages.response,
  },
  listNetworks: {
    method: 'GET',
    path: '/networks/:provider',
    summary: 'Networks of a cloud',
    params: z.object({ provider: z.string() }),
    response: z.array(z.looseObject({})),
  },
  allNetworks: {
    method: 'GET',
    path: '/networks',
    summary: 'Networks by cloud',
    response: z.record(z.string(), z.array(z.looseObject({}))),
  },
  listInstanceTypes: {
    method: 'GET',
    path: '/instanceTypes',
    summary: 'Machine types',
    response: clouddriverApi.listInstanceTypes.response,
  },
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
});
