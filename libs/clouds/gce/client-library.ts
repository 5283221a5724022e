import { createRequire } from 'node:module';

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

/** A client of the library: methods by name. */
export type RawClient = Record<string, (request: object, options: object) => unknown> & { close(): Promise<void> };
export type RawClientClass = new (options: object, gax: object) => RawClient;

interface Descriptor {
  readonly nested?: Readonly<Record<string, Descriptor>>;
  readonly fields?: Readonly<Record<string, { readonly type?: string }>>;
  readonly methods?: Readonly<Record<string, { readonly requestType: string; readonly responseType: string }>>;
}

interface GrpcClientClass {
  new (options: object): object;
  prototype: object;
}

const require = createRequire(import.meta.url);
const DESCRIPTOR = '@google-cloud/compute/build/protos/protos.json';
const NAMESPACE = ['google', 'cloud', 'compute', 'v1'] as const;
let gax: object | undefined;

/**
 * Loads one client class, and the machinery below it at the first call. The library's description of the whole API is
 * 12 MB, which each client parses and hashes again; the clients here share a copy that holds only what SERVICES reach
 * (measured for fifteen clients: 0.25 s and 68 MB instead of 0.8 s and 165 MB).
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
  const root = protobuf.Root.fromJSON(prunedDescriptor());
  class SharedGrpcClient extends fallback.GrpcClient {
    loadProtoJSON(): object {
      return root;
    }
  }
  return { fallback: { ...fallback, GrpcClient: SharedGrpcClient } };
}

function prunedDescriptor(): object {
  const path = require.resolve(DESCRIPTOR);
  const whole = require(path) as Descriptor;
  let messages: Readonly<Record<string, Descriptor>> = {};
  for (let at: Descriptor | undefined = whole, i = 0; at; at = at.nested?.[NAMESPACE[i] ?? ''], i++)
    if (i === NAMESPACE.length) messages = at.nested ?? {};
  const keep = new Set<string>();
  const visit = (type: string | undefined): void => {
    const name = type?.split('.').at(-1);
    const message = name === undefined ? undefined : messages[name];
    if (!name || !message || keep.has(name)) return;
    keep.add(name);
    walk(message);
  };
  const walk = (descriptor: Descriptor): void => {
    for (const field of Object.values(descriptor.fields ?? {})) visit(field.type);
    for (const nested of Object.values(descriptor.nested ?? {})) walk(nested);
    for (const method of Object.values(descriptor.methods ?? {})) {
      visit(method.requestType);
      visit(method.responseType);
    }
  };
  for (const service of SERVICES) visit(service);
  const prune = (descriptor: Descriptor, depth: number): Descriptor => {
    const part = NAMESPACE[depth];
    if (!part)
      return { ...descriptor, nested: Object.fromEntries(Object.entries(messages).filter(([name]) => keep.has(name))) };
    const next = descriptor.nested?.[part];
    return { ...descriptor, nested: { ...descriptor.nested, ...(next ? { [part]: prune(next, depth + 1) } : {}) } };
  };
  const pruned = JSON.parse(JSON.stringify(prune(whole, 0))) as object;
  // The clients ask for the whole description again; they get it from here, and its 12 MB can go.
  const cached = require.cache[path];
  if (cached) cached.exports = {};
  return pruned;
}
