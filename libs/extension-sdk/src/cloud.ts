import type { AccountCheck, CredentialsReference } from '@gennaker/contracts/cloud-accounts';
import type { CloudResource, Image, SecurityGroup } from '@gennaker/contracts/cloud-views';
import type { Instance, LoadBalancer, ServerGroup } from '@gennaker/contracts/clouddriver';
import type { z } from 'zod';
import type { CapacityLoss } from './capacity-loss.ts';
import type { GroupChange } from './group-change.ts';
import type { JsonObject } from './stage.ts';
import type { TrafficMeter } from './traffic-meter.ts';

/** A configured account: where a cloud is and as whom it is used. */
export interface CloudAccount {
  readonly name: string;
  readonly provider: string;
  readonly project: string;
  /** Address of a compatible API; absent: the cloud's own. */
  readonly endpoint?: string | undefined;
  readonly regions: readonly string[];
  /** Where the credentials are; absent: what the platform's own libraries find, or none for an endpoint. */
  readonly credentials?: CredentialsReference | undefined;
  readonly [key: string]: unknown;
}

/** What a cloud uses of the process around it, injected so that tests move time. */
export interface CloudEnvironment {
  /** Epoch milliseconds. */
  now(): number;
  /** Waits; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Carries the account's requests where no network shall, without credentials: to a cloud in the same process. */
  readonly fetch?: typeof fetch;
  /**
   * What an account's reference to credentials names, read anew at each call; undefined for `applicationDefault` and
   * for none. @throws Error that says what is missing, and never holds the value
   */
  readonly credentials?: (account: CloudAccount) => Promise<JsonObject | undefined>;
}

/** A group of server groups that is locked as one while it changes. */
export interface ClusterRef {
  readonly region: string;
  readonly cluster: string;
}

/** A thing whose view is refreshed before an operation is reported done. */
export interface ResourceRef {
  readonly kind: 'serverGroup' | 'loadBalancer' | 'securityGroup' | 'image';
  readonly region: string;
  readonly name: string;
}

/** The traffic that was asked for, kept by us: the cloud shows what is in effect. */
export interface TrafficRecord {
  readonly loadBalancers: readonly string[];
  readonly enabled: boolean;
  readonly policy?: JsonObject | undefined;
  /** Backends by load balancer, where a load balancer has several and the group is meant for some of them. */
  readonly backends?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The part of the group that serves, 1 to 100; absent: all of it. */
  readonly percentage?: number | undefined;
  /** Epoch ms until which open connections are still served after a disable. */
  readonly drainingUntil?: number | undefined;
  /** While its autoscaler rests: the mode that it is to have again once the group is enabled. */
  readonly autoscalingMode?: string | undefined;
}

/** In place of an undo where none can be: what a step did, such as `x is deleted`, or null for nothing. */
export interface Stays<T> {
  readonly stays: (result: T) => string | null;
}

/** What a running operation has: its journal, its history and our own records. */
export interface OperationContext {
  readonly operationId: string;
  /** Epoch ms at which the operation was accepted: the same in each resumption. */
  readonly acceptedAt: number;
  readonly application: string | undefined;
  /** Aborts when the operation is no longer this process's to run. */
  readonly signal: AbortSignal;
  /** Adds a line to the operation's history. */
  progress(phase: string, status: string): Promise<void>;
  /** A uuid that is the same in every re-run of this operation and differs by `purpose`. */
  requestId(purpose: string): string;
  /**
   * Runs a step once: its result (JSON) is recorded, and a resumed operation gets it without running it again. `undo`
   * is called, last step first, when a later step or this one fails; it must find by name what may or may not exist.
   * Without it a step only reads, or is the last one that can fail. What stands between steps must depend on their
   * results alone. A retry of an operation of which something stays runs those steps again that tell a `failure` in
   * their result.
   */
  step<T>(name: string, run: () => Promise<T>, undo?: (() => Promise<void>) | Stays<T>): Promise<T>;
  /** Takes the next free name of a cluster for this operation, and records it before it is used. `taken`: live names with their creation. */
  reserveName(
    cluster: ClusterRef,
    taken: readonly { readonly name: string; readonly createdTime: number }[],
  ): Promise<string>;
  /** The traffic that was asked for of a server group. */
  getTraffic(region: string, name: string): Promise<TrafficRecord | null>;
  /** Records the traffic that is asked for; null forgets it. */
  setTraffic(region: string, name: string, record: TrafficRecord | null): Promise<void>;
  /** Names something whose view must be fresh when the operation ends, well or badly. */
  touch(ref: ResourceRef): void;
}

/** What a preview may read besides the cloud itself. */
export type PreviewContext = Pick<OperationContext, 'application' | 'getTraffic'>;

/** What an operation would do now, each a sentence. */
export interface OperationPreview {
  /** Changes, in the order in which they would be made; none: everything is as described already. */
  readonly changes: readonly string[];
  /** What people should know before they say yes: instances that restart, traffic that ends. */
  readonly warnings: readonly string[];
  /** Why it would be refused, with what to do; none: it can be started. */
  readonly problems: readonly string[];
}

/**
 * What takes an operation back: operations of the same cloud, in their order, each `{"<operation>": description}`. None:
 * it changes nothing. `impossible` says in a sentence why nothing can, and what to do instead.
 */
export type Inverse =
  | { readonly operations: readonly Readonly<Record<string, JsonObject>>[] }
  | { readonly impossible: string };

/** One kind of change. */
export interface OperationDefinition<S extends z.ZodType = z.ZodType> {
  /** Schema of its description; unknown keys stay. */
  readonly schema: S;
  readonly examples: readonly JsonObject[];
  /** Problems that can be seen without asking the cloud: one sentence each. */
  problems?(description: z.output<S>): readonly string[];
  /** The cluster that it changes, whose lock it needs; null when none. */
  cluster(description: z.output<S>): ClusterRef | null;
  /** What it takes away of the capacity that serves: traffic guards are asked before it begins. Absent: nothing. */
  takesAway?(description: z.output<S>): readonly CapacityLoss[];
  /** What it makes of server groups that exist, for plans that look beyond it. Absent: nobody can tell. */
  becomes?(description: z.output<S>): readonly GroupChange[];
  /** Says what it would do, from reads alone. */
  preview?(context: PreviewContext, description: z.output<S>): Promise<OperationPreview>;
  /**
   * What would bring back what is now, from reads alone: asked and recorded before the first change. Absent, and without
   * `inverseOfResults`: it cannot be undone once it has succeeded.
   */
  inverse?(context: PreviewContext, description: z.output<S>): Promise<Inverse>;
  /** The inverse of an operation whose results alone name what it made. Pure. */
  inverseOfResults?(description: z.output<S>, results: readonly JsonObject[]): Inverse;
  /** Does it; answers what is shown as `resultObjects`. Throws an Error that says what was tried and why it failed. */
  run(context: OperationContext, description: z.output<S>): Promise<readonly JsonObject[]>;
}

/** An operation definition as tables hold it: the description's type is erased. */
export type AnyOperation = Omit<
  OperationDefinition,
  'problems' | 'cluster' | 'takesAway' | 'becomes' | 'preview' | 'inverse' | 'inverseOfResults' | 'run'
> & {
  problems?(description: never): readonly string[];
  cluster(description: never): ClusterRef | null;
  takesAway?(description: never): readonly CapacityLoss[];
  becomes?(description: never): readonly GroupChange[];
  preview?(context: PreviewContext, description: never): Promise<OperationPreview>;
  inverse?(context: PreviewContext, description: never): Promise<Inverse>;
  inverseOfResults?(description: never, results: readonly JsonObject[]): Inverse;
  run(context: OperationContext, description: never): Promise<readonly JsonObject[]>;
};

/** Declares an operation; ties the description's type to its schema. */
export function defineOperation<S extends z.ZodType>(definition: OperationDefinition<S>): AnyOperation {
  return definition;
}

/** A server group as the cloud shows it. `traffic.configured`: load balancers it was made for, `active`: those that send it requests. */
export interface ObservedServerGroup {
  readonly view: ServerGroup;
  readonly traffic: { readonly configured: readonly string[]; readonly active: readonly string[] };
}

/** Kinds of things that forms choose from. */
export type ResourceKind = 'backendService' | 'healthCheck' | 'address' | 'certificate';

/** Everything of an account at once, from aggregated lists. What is absent was not looked at, and is kept as it was. */
export interface InventorySnapshot {
  readonly serverGroups: readonly ObservedServerGroup[];
  readonly loadBalancers: readonly LoadBalancer[];
  /** Machines of no server group, each with its `account` and `region`. */
  readonly instances?: readonly Instance[];
  readonly securityGroups?: readonly SecurityGroup[];
  readonly images?: readonly Image[];
  readonly resources?: Readonly<Partial<Record<ResourceKind, readonly CloudResource[]>>>;
}

/** Reads; each asks the cloud. */
export interface CloudInventory {
  snapshot(): Promise<InventorySnapshot>;
  serverGroup(region: string, name: string): Promise<ObservedServerGroup | null>;
  instance(region: string, id: string): Promise<Instance | null>;
}

/** Operations of one capability, by the names that requests use. */
type Operations<Name extends string> = { readonly operations: Readonly<Record<Name, AnyOperation>> };

/** A piece of what an instance wrote to its console; places are bytes. */
export interface ConsolePiece {
  readonly output: string;
  /** Where it begins: after the place that was asked for, where that is not kept any more. */
  readonly start: number;
  /** The place to ask for next. */
  readonly next: number;
}

/** What not every cloud has. An absent capability is unsupported, and is hidden from users. */
export interface CloudCapabilities {
  readonly loadBalancers?: Operations<'upsertLoadBalancer' | 'deleteLoadBalancer'> & {
    find(region: string, name: string): Promise<LoadBalancer | null>;
  };
  /** Single instances in and out of load balancers that know instances. */
  readonly registration?: Operations<'registerInstancesWithLoadBalancer' | 'deregisterInstancesFromLoadBalancer'>;
  /** Firewalls. */
  readonly securityGroups?: Operations<'upsertSecurityGroup' | 'deleteSecurityGroup'> & {
    find(region: string, name: string): Promise<SecurityGroup | null>;
  };
  /** Images by name (`*` stands for anything) that have all of the tags, newest first. */
  readonly images?: { find(query: string, tags?: Readonly<Record<string, string>>): Promise<readonly JsonObject[]> };
  readonly imageTags?: Operations<'upsertImageTags'>;
  /** The zones of each of the account's regions. */
  readonly zones?: { list(): Promise<readonly { readonly name: string; readonly zones: readonly string[] }[]> };
  readonly networks?: { list(): Promise<readonly JsonObject[]> };
  readonly subnets?: { list(): Promise<readonly JsonObject[]> };
  /** What forms choose from, of one kind, as it is now. */
  readonly resources?: { list(kind: ResourceKind): Promise<readonly CloudResource[]> };
  /** Tries what works of the account and says what is missing; changes nothing. */
  readonly verification?: {
    verify(): Promise<{ readonly checks: readonly AccountCheck[]; readonly missingPermissions: readonly string[] }>;
  };
  readonly instanceTypes?: { list(): Promise<readonly { readonly name: string; readonly [key: string]: unknown }[]> };
  /**
   * What instances write. `start`: a place in it, in bytes; negative: so many before the end; absent: its beginning.
   * Null: there is no such instance.
   */
  readonly console?: { read(region: string, id: string, start?: number): Promise<ConsolePiece | null> };
  /** What load balancers counted, by server group. */
  readonly meter?: TrafficMeter;
  /** Makes a server group like another one. */
  readonly clone?: Operations<'cloneServerGroup'>;
  /** Changes a server group's size in place. */
  readonly resize?: Operations<'resizeServerGroup'>;
  /** Autoscaling and autohealing. */
  readonly scalingPolicies?: Operations<'upsertScalingPolicy' | 'deleteScalingPolicy'>;
  /** Changes what a server group's instances are made of, and rolls it out where asked. */
  readonly launchConfig?: Operations<'updateLaunchConfig'>;
  readonly serverGroupTags?: Operations<'upsertServerGroupTags'>;
  /** Single instances made, replaced, removed, restarted and let go. */
  readonly instances?: Operations<
    | 'terminateInstances'
    | 'terminateInstanceAndDecrement'
    | 'rebootInstances'
    | 'detachInstances'
    | 'createGoogleInstance'
  >;
  /** Disks that outlive the replacement of their instance. */
  readonly statefulDisks?: Operations<'setStatefulDisk' | 'statefullyUpdateBootImage'>;
}

/** Other names by which Spinnaker's clients ask for an operation. */
const ALIASES: Readonly<Record<string, string>> = {
  terminateInstanceAndDecrementServerGroup: 'terminateInstanceAndDecrement',
  terminateInstanceAndDecrementAsg: 'terminateInstanceAndDecrement',
  abandonAndDecrement: 'detachInstances',
  copyLastAsg: 'cloneServerGroup',
  destroyAsg: 'destroyServerGroup',
  disableAsg: 'disableServerGroup',
  enableAsg: 'enableServerGroup',
  resizeAsg: 'resizeServerGroup',
};

/** Every operation that a cloud offers, by name. */
export function operationsOf(cloud: Cloud): Readonly<Record<string, AnyOperation>> {
  const all: Record<string, AnyOperation> = { ...cloud.operations };
  for (const capability of Object.values(cloud.capabilities))
    if (capability && 'operations' in capability) Object.assign(all, capability.operations);
  return all;
}

/** The operation that a request names, by its own name or one of Spinnaker's others. */
export function operationNamed(
  cloud: Cloud,
  name: string,
): { readonly name: string; readonly definition: AnyOperation } | undefined {
  const all = operationsOf(cloud);
  const own = Object.hasOwn(all, name) ? name : Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  const definition = own === undefined ? undefined : all[own];
  return own !== undefined && definition ? { name: own, definition } : undefined;
}

/** The required core: what every cloud does. */
export interface Cloud {
  readonly operations: {
    readonly createServerGroup: AnyOperation;
    readonly destroyServerGroup: AnyOperation;
    readonly enableServerGroup: AnyOperation;
    readonly disableServerGroup: AnyOperation;
  };
  readonly inventory: CloudInventory;
  readonly capabilities: CloudCapabilities;
  /** Lets go of connections. */
  close(): Promise<void>;
}

/** A cloud: how to open an account of it. */
export interface CloudDefinition {
  /** As in `cloudProvider`. */
  readonly type: string;
  readonly label: string;
  readonly description: string;
  /** Name of the health that the platform itself reports of an instance. */
  readonly platformHealth: string;
  /** Opens an account; touches no network. */
  open(account: CloudAccount, environment: CloudEnvironment): Cloud;
}

/** Declares a cloud. */
export function defineCloud(definition: CloudDefinition): CloudDefinition {
  return definition;
}
