import { createRequire, Module } from 'node:module';
import { readDescription } from './api-description.ts';
import { withDeadlines } from './call-deadline.ts';

/** The Compute services that this cloud speaks to. */
export const SERVICES = [
  'Addresses',
  'Autoscalers',
  'BackendServices',
  'Firewalls',
  'ForwardingRules',
  'GlobalAddresses',
  'GlobalForwardingRules',
  'GlobalOperations',
  'HealthChecks',
  'Images',
  'InstanceGroupManagers',
  'InstanceGroups',
  'Instances',
  'InstanceTemplates',
  'MachineTypes',
  'Networks',
  'RegionAutoscalers',
  'RegionBackendServices',
  'RegionHealthChecks',
  'RegionInstanceGroupManagers',
  'RegionInstanceGroups',
  'RegionOperations',
  'Regions',
  'RegionSslCertificates',
  'RegionTargetHttpProxies',
  'RegionTargetHttpsProxies',
  'RegionUrlMaps',
  'SslCertificates',
  'Subnetworks',
  'TargetHttpProxies',
  'TargetHttpsProxies',
  'TargetPools',
  'TargetSslProxies',
  'TargetTcpProxies',
  'UrlMaps',
  'ZoneOperations',
] as const;
export type Service = (typeof SERVICES)[number];

/** The methods that this cloud calls, of whichever service has them. */
export const METHODS = [
  'abandonInstances',
  'addHealthCheck',
  'addInstance',
  'aggregatedList',
  'delete',
  'deleteInstances',
  'get',
  'getFromFamily',
  'getHealth',
  'getSerialPortOutput',
  'insert',
  'list',
  'listManagedInstances',
  'patch',
  'recreateInstances',
  'removeHealthCheck',
  'removeInstance',
  'reset',
  'resize',
  'setBackendService',
  'setLabels',
  'setSslCertificates',
  'setTags',
  'setTarget',
  'setTargetPools',
  'setUrlMap',
  'update',
] as const;
export type Method = (typeof METHODS)[number];

type ClientMethods = Record<string, (request: object, options: object) => unknown>;
/** A client of the library: methods by name, and below them, once it is initialized, the same calls page by page. */
export type RawClient = ClientMethods & { close(): Promise<void> } & { readonly innerApiCalls: ClientMethods };
export type RawClientClass = new (options: object, gax: object) => RawClient;

interface GrpcClientClass {
  new (options: object): { createStub(...args: unknown[]): Promise<object> };
  prototype: object;
}

const require = createRequire(import.meta.url);
const DESCRIPTION = '@google-cloud/compute/build/protos/protos.json';
let gax: object | undefined;

/**
 * Loads one client class, and the machinery below it at the first call. The library's description of the whole API is
 * 12 MB, which each client parses and hashes again; the clients here share one that holds only what METHODS of SERVICES
 * need, and is made without the objects of the rest.
 */
export function loadClient(service: Service): { readonly Client: RawClientClass; readonly gax: object } {
  gax ??= sharedGax();
  const file = service.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  const module = require(`@google-cloud/compute/build/src/v1/${file}_client.js`) as Record<string, RawClientClass>;
  const Client = module[`${service}Client`];
  if (!Client) throw new Error(`@google-cloud/compute has no ${service}Client; the installed version does not fit.`);
  return { Client, gax };
}

/** What both the clients and raw requests authenticate with. */
export interface Authentication {
  /** Option of a client: `authClient` or `auth`. */
  readonly option: object;
  request(options: {
    readonly url: string;
    readonly method: string;
    readonly data?: unknown;
    readonly timeout: number;
    readonly responseType: 'json';
  }): Promise<{ readonly data: unknown }>;
}

type Requester = Pick<Authentication, 'request'>;

/** No credentials, for an endpoint that wants none; `carrier` takes the place of the network. */
export function noAuthentication(carrier?: typeof fetch): Authentication {
  const { PassThroughClient } = require('google-auth-library') as {
    PassThroughClient: new (options?: object) => Requester;
  };
  const client = new PassThroughClient(carrier ? { transporterOptions: { fetchImplementation: carrier } } : {});
  return {
    option: { authClient: carrier ? Object.assign(client, { fetch: carrier }) : client },
    request: (options) => client.request(options),
  };
}

/**
 * Google's credentials: the given key of a service account, or else the application default credentials. They are loaded
 * here and not by the clients, which leave a rejection behind that nobody handles.
 * @throws Error of the library when there are none
 */
export async function googleAuthentication(project: string, key: object | undefined): Promise<Authentication> {
  const { GoogleAuth } = require('google-auth-library') as {
    GoogleAuth: new (options: object) => Requester & { getClient(): Promise<object> };
  };
  const auth = new GoogleAuth({
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    projectId: project,
    ...(key ? { credentials: key } : {}),
  });
  await auth.getClient();
  return { option: { auth }, request: (options) => auth.request(options) };
}

function sharedGax(): object {
  const fallback = require('google-gax/fallback') as { GrpcClient: GrpcClientClass };
  const protobuf = require('protobufjs') as { Root: { fromJSON(json: object): object } };
  const path = require.resolve(DESCRIPTION);
  const root = protobuf.Root.fromJSON(readDescription(path, SERVICES, METHODS));
  // The clients' modules load the whole description; they get nothing, as it is not used.
  require.cache[path] = Object.assign(new Module(path), { exports: {}, loaded: true });
  class SharedGrpcClient extends fallback.GrpcClient {
    loadProtoJSON(): object {
      return root;
    }
    override async createStub(...args: unknown[]): Promise<object> {
      return withDeadlines(await super.createStub(...args));
    }
  }
  return { fallback: { ...fallback, GrpcClient: SharedGrpcClient } };
}
