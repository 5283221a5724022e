import type { Service } from './client-library.ts';

/** What is done with each service, in the verbs of IAM; whatever service comes to be called has its line here. */
const VERBS: Readonly<Record<Service, string>> = {
  Addresses: 'list use',
  Autoscalers: 'list get create update delete',
  BackendServices: 'list get create update delete use',
  Firewalls: 'list get create update delete',
  ForwardingRules: 'list get create setTarget delete',
  GlobalAddresses: 'list use',
  GlobalForwardingRules: 'list get create setTarget delete',
  GlobalOperations: 'get',
  HealthChecks: 'list get create update delete useReadOnly',
  Images: 'list get getFromFamily setLabels useReadOnly',
  InstanceGroupManagers: 'list get create update delete',
  InstanceGroups: 'list get update use',
  Instances: 'list get create reset delete getSerialPortOutput setLabels setMetadata setServiceAccount setTags use',
  InstanceTemplates: 'list get create delete useReadOnly',
  MachineTypes: 'list',
  Networks: 'list get updatePolicy use',
  RegionAutoscalers: '',
  RegionBackendServices: 'list get create update delete use',
  RegionHealthChecks: 'list get create update delete useReadOnly',
  RegionInstanceGroupManagers: '',
  RegionInstanceGroups: '',
  RegionOperations: 'get',
  Regions: 'list get',
  RegionSslCertificates: 'list get',
  RegionTargetHttpProxies: 'list get create setUrlMap delete use',
  RegionTargetHttpsProxies: 'list get create setSslCertificates setUrlMap delete use',
  RegionUrlMaps: 'list get create update delete use',
  SslCertificates: 'list get',
  Subnetworks: 'list get use useExternalIp',
  TargetHttpProxies: 'list get create setUrlMap delete use',
  TargetHttpsProxies: 'list get create setSslCertificates setUrlMap delete use',
  TargetPools: 'list get create addHealthCheck addInstance removeHealthCheck removeInstance delete use',
  TargetSslProxies: 'list get create setBackendService setSslCertificates delete use',
  TargetTcpProxies: 'list get create update delete use',
  UrlMaps: 'list get create update delete use',
  ZoneOperations: 'get',
};

const permission = (resource: string, verb: string): string =>
  `compute.${resource.charAt(0).toLowerCase()}${resource.slice(1)}.${verb}`;

/** IAM's names of all permissions that reads and operations take. Those of groups are the same in regions and zones. */
export const PERMISSIONS: readonly string[] = [
  ...Object.entries(VERBS).flatMap(([service, verbs]) =>
    verbs
      .split(' ')
      .filter(Boolean)
      .map((verb) => permission(service, verb)),
  ),
  // Without a service of their own: plain requests, disks that instances bring along, whom instances act as.
  ...['list', 'get', 'create', 'update', 'delete', 'useReadOnly'].map((verb) => permission('httpHealthChecks', verb)),
  'compute.disks.create',
  'iam.serviceAccounts.actAs',
];

/** The lists that every look at an account reads, as paths below the project. */
export const LISTS = [
  'aggregated/addresses',
  'aggregated/autoscalers',
  'aggregated/backendServices',
  'aggregated/forwardingRules',
  'aggregated/healthChecks',
  'aggregated/instanceGroupManagers',
  'aggregated/instances',
  'aggregated/sslCertificates',
  'aggregated/targetHttpProxies',
  'aggregated/targetHttpsProxies',
  'aggregated/targetPools',
  'aggregated/targetTcpProxies',
  'aggregated/urlMaps',
  'global/firewalls',
  'global/httpHealthChecks',
  'global/images',
  'global/instanceTemplates',
  'global/networks',
  'global/targetSslProxies',
] as const;

/** The permission that one of LISTS takes. */
export const permissionOfList = (path: string): string => permission(path.split('/').at(-1) ?? '', 'list');
