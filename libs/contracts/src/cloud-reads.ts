import { z } from 'zod';
import {
  cloudResourceSchema,
  clusterSchema,
  imageDetailsSchema,
  instanceSchema,
  loadBalancerSchema,
  networkSchema,
  searchResultSetSchema,
  securityGroupSchema,
  securityGroupSummarySchema,
  serverGroupSchema,
  subnetSchema,
} from './cloud-views.ts';
import { clusterLockSchema } from './cluster-locks.ts';
import { defineApi } from './route.ts';
import { meterQuerySchema, trafficReportSchema } from './traffic-report.ts';

const application = z.object({ application: z.string() });
const inAccount = application.extend({ account: z.string() });
const inCluster = inAccount.extend({ cluster: z.string() });
const place = z.object({ account: z.string(), region: z.string() });
const named = place.extend({ name: z.string() });
const provider = z.object({ provider: z.string().optional() });
const where = z.object({ account: z.string().optional(), region: z.string().optional() });
const grouped = z.record(z.string(), z.record(z.string(), z.array(securityGroupSummarySchema)));

/**
 * What clouds show, on Spinnaker's paths: the same at gate and at clouddriver. Every answer comes from the inventory,
 * which is as fresh as each object's `seenAt` says; `instances`, forms' choices and images are read from the cloud.
 */
export const cloudReadRoutes = defineApi({
  listClusters: {
    method: 'GET',
    path: '/applications/:application/clusters',
    summary: 'Cluster names by account',
    params: application,
    response: z.record(z.string(), z.array(z.string())),
  },
  listApplicationLocks: {
    method: 'GET',
    path: '/applications/:application/locks',
    summary: "Who changes which of an application's clusters now, and who waits behind",
    params: application,
    response: z.array(clusterLockSchema),
  },
  clustersOfAccount: {
    method: 'GET',
    path: '/applications/:application/clusters/:account',
    summary: "An application's clusters in an account, with their server groups",
    params: inAccount,
    response: z.array(clusterSchema),
  },
  clustersByName: {
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster',
    summary: 'A cluster, one for each cloud that has it',
    params: inCluster,
    response: z.array(clusterSchema),
  },
  getCluster: {
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/:provider',
    summary: 'One cluster of one cloud',
    params: inCluster.extend({ provider: z.string() }),
    response: clusterSchema,
  },
  serverGroupsOfCluster: {
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/serverGroups',
    summary: 'Server groups of a cluster, in all clouds and regions',
    params: inCluster,
    response: z.array(serverGroupSchema),
  },
  serverGroupsByName: {
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/serverGroups/:name',
    summary: 'Server groups of a cluster that have this name, one for each region',
    params: inCluster.extend({ name: z.string() }),
    response: z.array(serverGroupSchema),
  },
  serverGroupsOfProvider: {
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/:provider/serverGroups',
    summary: 'Server groups of a cluster in one cloud',
    params: inCluster.extend({ provider: z.string() }),
    query: z.object({ region: z.string().optional(), expand: z.string().optional() }),
    response: z.array(serverGroupSchema),
  },
  serverGroupOfProvider: {
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/:provider/serverGroups/:name',
    summary: 'With `region` that server group; without, a list of those of this name',
    params: inCluster.extend({ provider: z.string(), name: z.string() }),
    query: z.object({ region: z.string().optional() }),
    response: z.union([z.array(serverGroupSchema), serverGroupSchema]),
  },
  loadBalancersOfCluster: {
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/:provider/loadBalancers',
    summary: 'Load balancers that a cluster is behind, or was made for',
    params: inCluster.extend({ provider: z.string() }),
    response: z.array(loadBalancerSchema),
  },
  getTarget: {
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/:provider/:region/serverGroups/target/:target',
    summary: 'The server group that CURRENT, PREVIOUS, OLDEST, LARGEST or FAIL names now',
    params: inCluster.extend({ provider: z.string(), region: z.string(), target: z.string() }),
    query: z.object({ onlyEnabled: z.stringbool().optional() }),
    response: serverGroupSchema,
  },
  readMeter: {
    method: 'GET',
    path: '/applications/:application/meter',
    summary:
      "What load balancers counted of a cluster's server groups in a window of time: requests, failures, latencies",
    params: application,
    query: meterQuerySchema,
    response: trafficReportSchema,
  },
  findServerGroups: {
    method: 'GET',
    path: '/serverGroups',
    summary: 'Server groups of several applications, or by ids; exactly one of the two',
    query: z.object({
      applications: z.string().optional().describe('comma-separated list'),
      ids: z.string().optional().describe('comma-separated list of account:region:name'),
      cloudProvider: z.string().optional(),
    }),
    response: z.array(serverGroupSchema),
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
    query: provider,
    response: z.array(loadBalancerSchema),
  },
  getLoadBalancer: {
    method: 'GET',
    path: '/loadBalancers/:account/:region/:name',
    summary: 'One load balancer with all details, as the only element of a list; region may be `global`',
    params: named,
    query: provider,
    response: z.array(loadBalancerSchema),
  },
  allSecurityGroups: {
    method: 'GET',
    path: '/securityGroups',
    summary: 'Firewalls by account, cloud and region; with `id`, those of this name',
    query: z.object({ id: z.string().optional(), provider: z.string().optional() }),
    response: z.record(z.string(), grouped),
  },
  securityGroupsOfAccount: {
    method: 'GET',
    path: '/securityGroups/:account',
    summary: 'Firewalls of an account by region',
    params: z.object({ account: z.string() }),
    query: provider,
    response: z.record(z.string(), z.array(securityGroupSummarySchema)),
  },
  securityGroupsOfRegion: {
    method: 'GET',
    path: '/securityGroups/:account/:region',
    summary: 'Firewalls of an account in a region; most are `global`',
    params: place,
    query: provider,
    response: z.array(securityGroupSummarySchema),
  },
  getSecurityGroup: {
    method: 'GET',
    path: '/securityGroups/:account/:region/:name',
    summary: 'One firewall with its rules',
    params: named,
    query: z.object({ provider: z.string().optional(), vpcId: z.string().optional() }),
    response: securityGroupSchema,
  },
  applicationSecurityGroups: {
    method: 'GET',
    path: '/applications/:application/securityGroups',
    summary: 'Firewalls that concern an application: named after it, or matching its server groups',
    params: application,
    response: z.array(
      securityGroupSchema.extend({
        serverGroups: z
          .array(z.object({ account: z.string(), region: z.string(), name: z.string() }))
          .describe('those of this application that it applies to'),
      }),
    ),
  },
  getInstance: {
    method: 'GET',
    path: '/instances/:account/:region/:id',
    summary: 'One instance',
    params: place.extend({ id: z.string() }),
    query: provider,
    response: instanceSchema,
  },
  getConsole: {
    method: 'GET',
    path: '/instances/:account/:region/:id/console',
    summary:
      "A piece of an instance's serial console from `start` on; where that is not kept any more, from what is left. `next` is the place after it",
    params: place.extend({ id: z.string() }),
    query: z.object({
      provider: z.string().optional(),
      start: z.coerce.number().int().optional().describe('a place, in bytes; negative: so many before the end'),
    }),
    response: z.object({ output: z.string(), start: z.number().int(), next: z.number().int() }),
  },
  getImage: {
    method: 'GET',
    path: '/images/:account/:region/:id',
    summary: 'One image by its name, and where it runs, as the only element of a list',
    params: place.extend({ id: z.string() }),
    query: provider,
    response: z.array(imageDetailsSchema),
  },
  listNetworks: {
    method: 'GET',
    path: '/networks/:provider',
    summary: 'Networks of a cloud',
    params: z.object({ provider: z.string() }),
    response: z.array(networkSchema),
  },
  listSubnets: {
    method: 'GET',
    path: '/subnets/:provider',
    summary: 'Subnets of a cloud',
    params: z.object({ provider: z.string() }),
    query: where,
    response: z.array(subnetSchema),
  },
  listInstanceTypes: {
    method: 'GET',
    path: '/instanceTypes',
    summary: 'Machine types',
    response: z.array(z.looseObject({ name: z.string(), account: z.string() })),
  },
  listBackendServices: {
    method: 'GET',
    path: '/backendServices',
    summary: 'Backend services that new load balancers and server groups may use',
    query: where,
    response: z.array(cloudResourceSchema),
  },
  listHealthChecks: {
    method: 'GET',
    path: '/healthChecks',
    summary: 'Health checks',
    query: where,
    response: z.array(cloudResourceSchema),
  },
  listAddresses: {
    method: 'GET',
    path: '/addresses',
    summary: 'Reserved addresses',
    query: where,
    response: z.array(cloudResourceSchema),
  },
  listCertificates: {
    method: 'GET',
    path: '/certificates',
    summary: 'Certificates that load balancers may use; never their keys',
    query: where,
    response: z.array(cloudResourceSchema),
  },
  search: {
    method: 'GET',
    path: '/search',
    summary:
      'Finds by parts of names, addresses, images and labels (`key=value`), one result set per type; fewer than 3 letters find nothing unless allowShortQuery',
    query: z.object({
      q: z.string().max(200).default(''),
      type: z.string().describe('comma-separated list of types'),
      platform: z.string().optional().describe('a cloud'),
      account: z.string().optional(),
      region: z.string().optional(),
      application: z.string().optional(),
      allowShortQuery: z.stringbool().optional(),
      pageSize: z.coerce.number().int().min(1).max(10_000).default(100),
      page: z.coerce.number().int().min(1).default(1),
    }),
    response: z.array(searchResultSetSchema),
  },
});
