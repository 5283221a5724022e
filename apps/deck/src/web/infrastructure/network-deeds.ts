import type { SecurityGroup } from '@gennaker/contracts/cloud-views';
import type { LoadBalancer } from '@gennaker/contracts/clouddriver';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { list, object, text } from '@gennaker/ui/stage-ui';
import type { Can } from '../queries/accounts.ts';
import type { Deed } from './deed.ts';
import { emptied } from './deed.ts';
import { beyondForms, rangesOf, trafficOf } from './firewall-words.ts';
import { portsOf } from './routes.ts';
import { formOf, stageUiOf } from './stage-form.ts';

/** Keys and values that are set. */
function said(of: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null && value !== undefined));
}

/** What of a load balancer its form can change, as it is. */
function balancerValues(balancer: LoadBalancer): JsonObject {
  const service = object(balancer['backendService'] ?? balancer['defaultService']);
  const settings = said({
    sessionAffinity: balancer['sessionAffinity'] ?? service['sessionAffinity'],
    healthCheck: said(object(balancer['healthCheck'] ?? service['healthCheck'])),
    connectionDrainingTimeoutSec: service['connectionDrainingTimeoutSec'],
  });
  const common = said({ portRange: portsOf(balancer.portRange), certificate: balancer['certificate'] });
  // One that reads requests has a URL map over several backend services.
  return text(balancer['urlMapName'])
    ? {
        ...common,
        defaultService: { name: service['name'], ...settings },
        hostRules: list(balancer['hostRules']).map(object).map(hostRuleOf),
      }
    : { ...common, ...settings };
}

/** A host rule as it is asked for: its backend services by their names. */
function hostRuleOf(rule: JsonObject): JsonObject {
  const matcher = object(rule['pathMatcher']);
  const named = (service: unknown): JsonObject => ({ name: object(service)['name'] });
  return {
    hostPatterns: rule['hostPatterns'],
    pathMatcher: {
      defaultService: named(matcher['defaultService']),
      pathRules: list(matcher['pathRules'])
        .map(object)
        .map((path) => ({ paths: path['paths'], backendService: named(path['backendService']) })),
    },
  };
}

/** Fields that stay what they are where nothing is said. The settings of another default service are its own. */
function keptFields(values: JsonObject, stage: JsonObject): string[] {
  const service = object(values['defaultService'])['name'] === object(stage['defaultService'])['name'];
  return [
    'portRange',
    'defaultService.name',
    ...['', ...(service ? ['defaultService.'] : [])].flatMap((of) =>
      ['connectionDrainingTimeoutSec', 'healthCheck.requestPath', 'healthCheck.port'].map((key) => `${of}${key}`),
    ),
  ];
}

/** What can be done to a load balancer. */
export function loadBalancerDeeds(balancer: LoadBalancer, can: Can): Deed[] {
  if (!can(balancer.account, 'loadBalancers')) return [];
  const values = balancerValues(balancer);
  const { problems } = stageUiOf('upsertLoadBalancer');
  const common = {
    targets: [
      {
        cloudProvider: balancer.cloudProvider,
        credentials: balancer.account,
        region: balancer.region,
        loadBalancerName: balancer.name,
        loadBalancerType: balancer.loadBalancerType,
      },
    ],
  };
  return [
    {
      ...common,
      ...formOf('upsertLoadBalancer'),
      verb: 'Change',
      title: `Change ${balancer.name}`,
      about: 'What is not changed here stays as it is.',
      values,
      sends: 'changes',
      needsChange: true,
      problems: (stage, of) => [...(problems?.(stage, of) ?? []), ...emptied(values, stage, keptFields(values, stage))],
      against: (_stage, said) => [{ title: `Beside ${balancer.name} as it is`, before: values, after: said }],
    },
    {
      ...common,
      type: 'deleteLoadBalancer',
      verb: 'Delete',
      title: `Delete ${balancer.name}`,
      about: 'Its address answers no more. This cannot be undone.',
      values: {},
      sends: 'all',
      confirm: balancer.name,
      danger: true,
    },
  ];
}

/** Makes a load balancer. */
export function createLoadBalancerDeed(application: string): Deed {
  return {
    ...formOf('upsertLoadBalancer'),
    verb: 'Create',
    title: 'Create a load balancer',
    about: `It belongs to ${application} when its name starts so, or when a server group of it stands behind it.`,
    targets: [{}],
    values: { ...stageUiOf('upsertLoadBalancer').defaults(application), loadBalancerName: `${application}-` },
    sends: 'all',
  };
}

/** What can be done to a firewall. */
export function firewallDeeds(firewall: SecurityGroup, can: Can): Deed[] {
  if (!can(firewall.account, 'securityGroups')) return [];
  const { name } = firewall;
  const unavailable = beyondForms(firewall);
  const limited = unavailable === undefined ? {} : { unavailable };
  const values = {
    priority: firewall.priority ?? 1_000,
    sourceRanges: rangesOf(firewall),
    sourceTags: list(firewall.sourceTags),
    targetTags: list(firewall.targetTags),
    targetServiceAccounts: list(firewall.targetServiceAccounts),
    allowed: trafficOf(firewall),
  };
  const place = { cloudProvider: firewall.cloudProvider, credentials: firewall.account, region: firewall.region };
  const common = { targets: [{ ...place, securityGroupName: name }] };
  const off = firewall.disabled === true;
  const { problems } = stageUiOf('upsertSecurityGroup');
  return [
    {
      ...common,
      ...formOf('upsertSecurityGroup'),
      ...limited,
      verb: 'Change',
      title: `Change ${name}`,
      about: 'What is not changed here stays as it is. Connections that are open already may go on.',
      values,
      sends: 'changes',
      needsChange: true,
      problems: (stage, of) => [...(problems?.(stage, of) ?? []), ...emptied(values, stage, ['priority'])],
      against: (_stage, said) => [{ title: `Beside ${name} as it is`, before: values, after: said }],
    },
    {
      ...createFirewallDeed(firewall.application ?? name),
      ...limited,
      verb: 'Clone',
      title: `Clone ${name}`,
      about: 'Makes a firewall like it; it stays as it is.',
      values: { ...place, network: firewall.network, ...values, securityGroupName: `${name}-copy` },
    },
    {
      ...common,
      type: 'upsertSecurityGroup',
      verb: off ? 'Enable' : 'Disable',
      title: `${off ? 'Enable' : 'Disable'} ${name}`,
      about: off ? 'It acts on traffic again.' : 'It stays and acts on no traffic, so it can be enabled again.',
      values: { disabled: !off },
      sends: 'all',
      danger: !off,
    },
    {
      ...common,
      type: 'deleteSecurityGroup',
      verb: 'Delete',
      title: `Delete ${name}`,
      about: 'It acts on traffic no more. This cannot be undone.',
      values: {},
      sends: 'all',
      confirm: name,
      danger: true,
    },
  ];
}

/** Makes a firewall. */
export function createFirewallDeed(application: string): Deed {
  return {
    ...formOf('upsertSecurityGroup'),
    verb: 'Create',
    title: 'Create a firewall',
    about: `It belongs to ${application} when its name starts so, or when it matches instances of it.`,
    targets: [{}],
    values: { ...stageUiOf('upsertSecurityGroup').defaults(application), securityGroupName: `${application}-` },
    sends: 'all',
  };
}
