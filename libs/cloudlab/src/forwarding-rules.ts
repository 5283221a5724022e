import { z } from 'zod';
import { takeAddress } from './address-pool.ts';
import { passesThrough } from './backend-services.ts';
import type { BackendService, Scheme } from './backend-service-schema.ts';
import { changeResource, existing, parse } from './collection.ts';
import type { Call, Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import type { ForwardingRule } from './forwarding-rule-schema.ts';
import { forwardingRuleBody } from './forwarding-rule-schema.ts';
import { setLabels } from './labels.ts';
import { linkOf, pathOf, splitPath } from './path.ts';
import { CloudProblem, OperationFailure, invalid } from './problem.ts';
import { reference } from './resource.ts';
import type { CollectionName } from './resource.ts';
import { portRangesOf } from './port-ranges.ts';
import { servicesBehind } from './services-behind.ts';

const rules = { name: 'forwardingRules', kind: 'compute#forwardingRule' } as const;
type Body = z.infer<typeof forwardingRuleBody>;

const PROXIES = ['targetHttpProxies', 'targetHttpsProxies', 'targetSslProxies', 'targetTcpProxies'] as const;

/**
 * Forwarding rules: an address and ports, and where what comes there goes. Global ones lead to a target proxy;
 * regional ones to a target proxy, a target pool or, passing through, a backend service.
 */
export const forwardingRules = documents<'forwardingRules', Body>({
  ...rules,
  scopes: ['global', 'region'],
  body: forwardingRuleBody,
  changes: ['patch'],
  fixed: [
    'IPAddress',
    'IPProtocol',
    'portRange',
    'ports',
    'allPorts',
    'target',
    'backendService',
    'loadBalancingScheme',
    'network',
    'subnetwork',
  ],
  inserted: { action: 'open-rule' },
  complete(lab, call, body, current) {
    if ((body.target === undefined) === (body.backendService === undefined)) {
      throw new CloudProblem(400, 'invalid', "A forwarding rule needs either 'target' or 'backendService'.");
    }
    const destination =
      body.target === undefined
        ? { backendService: serviceOf(lab, call, body) }
        : { target: targetOf(lab, call, body.loadBalancingScheme, body.target, body.IPProtocol) };
    checkPorts(body, destination.target);
    const fields = { ...body, ...destination, ...placeOf(lab, call, body), ...wholeRange(body.portRange) };
    if (current !== undefined) return { ...fields, IPAddress: current.IPAddress };
    const address = reserved(lab, call, body.IPAddress) ?? body.IPAddress;
    if (address !== undefined) checkFree(lab, { ...fields, IPAddress: address });
    return { ...fields, IPAddress: takeAddress(lab, 'IPAddress', address) };
  },
  posts: {
    setLabels: setLabels(rules),
    setTarget(lab, call) {
      const { target } = parse(z.looseObject({ target: reference }), call.body, 'targetReference');
      const { loadBalancingScheme, IPProtocol, target: before } = call.item;
      if (before === undefined)
        throw invalid('targetReference.target', 'the rule leads to a backend service, not to a target.');
      const next = targetOf(lab, call, loadBalancingScheme, target, IPProtocol);
      checkPorts(call.item, next);
      return changeResource(lab, call, rules, 'setTarget', { target: next });
    },
  },
});

/** Link of the backend service that a pass-through rule leads to. */
function serviceOf(lab: Lab, call: Call, { backendService, loadBalancingScheme, IPProtocol }: Body): string {
  const path = existing(lab, call, 'backendService', backendService ?? '', ['backendServices'], 'same');
  const service = lab.store.get('backendServices', path);
  if (call.scope.kind === 'global' || service === undefined || !passesThrough(call.scope, service)) {
    throw invalid(
      'resource.backendService',
      `'${path}'. Only a regional EXTERNAL or INTERNAL service can be named here; others need a target proxy.`,
    );
  }
  checkScheme('backendService', path, service, loadBalancingScheme);
  if (service.protocol !== IPProtocol) {
    throw invalid(
      'resource.IPProtocol',
      `'${IPProtocol}'. The protocol of '${path}' is ${service.protocol ?? 'unknown'}.`,
    );
  }
  return linkOf(path);
}

/** Link of the target proxy or pool that a rule leads to. */
function targetOf(lab: Lab, call: Call, scheme: Scheme, given: string, protocol: Body['IPProtocol']): string {
  const pools: CollectionName[] = call.scope.kind === 'region' && scheme === 'EXTERNAL' ? ['targetPools'] : [];
  const path = existing(lab, call, 'target', given, [...PROXIES, ...pools], 'same');
  if (splitPath(path)?.collection === 'targetPools') return linkOf(path);
  if (scheme === 'INTERNAL')
    throw invalid('resource.target', `'${path}'. An INTERNAL rule names a backendService; use INTERNAL_MANAGED.`);
  if (protocol !== 'TCP') throw invalid('resource.IPProtocol', `'${protocol}'. A target proxy takes TCP.`);
  for (const each of servicesBehind(lab.store, path)) {
    const service = lab.store.get('backendServices', each);
    if (service !== undefined) checkScheme('target', each, service, scheme);
  }
  return linkOf(path);
}

function checkScheme(field: string, path: string, service: BackendService, scheme: Scheme): void {
  if (service.loadBalancingScheme === scheme) return;
  throw invalid(
    `resource.${field}`,
    `the scheme of '${path}' is ${service.loadBalancingScheme}, and the rule's is ${scheme}; they must be the same.`,
  );
}

/** A proxy listens on one port; a pool on one range; a pass-through service on up to five ports, one range or all. */
function checkPorts(rule: Pick<Body, 'portRange' | 'ports' | 'allPorts'>, target: string | undefined): void {
  const listed = rule.ports ?? [];
  const given = [rule.portRange !== undefined, listed.length > 0, rule.allPorts === true].filter(Boolean).length;
  if (given !== 1) {
    throw invalid('resource.portRange', 'give one of portRange ("8080-8080"), ports (["8080"]) and allPorts.');
  }
  if (target !== undefined && rule.allPorts === true) {
    throw invalid('resource.allPorts', 'a rule with a target names its ports; only a backendService takes all.');
  }
  const ranges = portRangesOf(rule);
  const proxied = target !== undefined && !target.includes('/targetPools/');
  if (proxied && (ranges.length !== 1 || ranges[0]?.from !== ranges[0]?.to)) {
    throw invalid(
      'resource.portRange',
      `'${rule.portRange ?? listed.join(', ')}'. A target proxy listens on one port.`,
    );
  }
}

/** A range as the API writes it, with both ends. */
function wholeRange(portRange: string | undefined): { portRange?: string } {
  if (portRange === undefined) return {};
  return { portRange: portRange.includes('-') ? portRange : `${portRange}-${portRange}` };
}

/** The network of a rule that is inside one. */
function placeOf(lab: Lab, call: Call, body: Body): Pick<ForwardingRule, 'network' | 'subnetwork'> {
  if (body.loadBalancingScheme !== 'INTERNAL' && body.loadBalancingScheme !== 'INTERNAL_MANAGED') {
    if (body.network !== undefined)
      throw invalid('resource.network', `a rule of scheme ${body.loadBalancingScheme} is in no network.`);
    return {};
  }
  const network = existing(lab, call, 'network', body.network ?? 'global/networks/default', ['networks']);
  const subnetwork =
    body.subnetwork === undefined ? undefined : existing(lab, call, 'subnetwork', body.subnetwork, ['subnetworks']);
  const owner = subnetwork === undefined ? undefined : lab.store.get('subnetworks', subnetwork)?.network;
  if (owner !== undefined && pathOf(owner, call.scope.project, 'network') !== network) {
    throw invalid('resource.subnetwork', `'${subnetwork ?? ''}'. It belongs to another network than '${network}'.`);
  }
  return { network: linkOf(network), ...(subnetwork === undefined ? {} : { subnetwork: linkOf(subnetwork) }) };
}

/** The address of a reservation that is named instead of an address. */
function reserved(lab: Lab, call: Call, given: string | undefined): string | undefined {
  if (given === undefined || /^[\d.]+$/.test(given)) return undefined;
  const named = given.includes('/') ? given : `${call.scope.path}/addresses/${given}`;
  return lab.store.get('addresses', existing(lab, call, 'IPAddress', named, ['addresses'], 'same'))?.address;
}

/** @throws CloudProblem 409 when another rule has the address, the protocol and one of the ports */
function checkFree(
  lab: Lab,
  wanted: Pick<ForwardingRule, 'IPAddress' | 'IPProtocol' | 'portRange' | 'ports' | 'allPorts'>,
): void {
  const ranges = portRangesOf(wanted);
  const other = lab.store
    .list('forwardingRules', 'projects/')
    .find(
      ([, rule]) =>
        rule.IPAddress === wanted.IPAddress &&
        rule.IPProtocol === wanted.IPProtocol &&
        portRangesOf(rule).some((a) => ranges.some((b) => a.from <= b.to && b.from <= a.to)),
    );
  if (other === undefined) return;
  throw new CloudProblem(
    409,
    'alreadyExists',
    `The address ${wanted.IPAddress} and port are in use by '${other[0]}'; choose another address or port.`,
  );
}

/** Work of forwardingRules.insert: a rule that cannot listen is taken back, with the reason. */
export async function openRule(lab: Lab, path: string): Promise<void> {
  await lab.traffic.refresh();
  const problem = lab.traffic.problem(path);
  if (problem === undefined) return;
  lab.store.remove(path);
  await lab.traffic.refresh();
  throw new OperationFailure('IP_IN_USE_BY_ANOTHER_RESOURCE', problem);
}
