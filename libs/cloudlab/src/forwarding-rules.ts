import { z } from 'zod';
import { changeResource, collection, existing, insertResource, parse, removeResource } from './collection.ts';
import type { Lab } from './collection.ts';
import { linkOf } from './path.ts';
import { CloudProblem, OperationFailure, inUse, invalid } from './problem.ts';
import { forwardingRuleBody, targetTcpProxyBody } from './resource.ts';
import { portsOf } from './traffic-plan.ts';

const rules = { name: 'forwardingRules', kind: 'compute#forwardingRule' } as const;
const proxies = { name: 'targetTcpProxies', kind: 'compute#targetTcpProxy' } as const;
const LOAD_BALANCER_OCTET = 255;

/** Forwarding rules: regional ones lead to a backend service or target pool, global ones to a target TCP proxy. */
export const forwardingRules = collection<'forwardingRules'>({
  ...rules,
  scopes: ['global', 'region'],
  insert(lab, call) {
    const body = parse(forwardingRuleBody, call.body);
    if (body.IPProtocol !== 'TCP')
      throw invalid('resource.IPProtocol', `'${body.IPProtocol}'. This cloud balances TCP only.`);
    if ((body.target === undefined) === (body.backendService === undefined)) {
      throw new CloudProblem(400, 'invalid', "A forwarding rule needs either 'target' or 'backendService'.");
    }
    const ports = portsOf(body);
    if (ports.length === 0) throw invalid('resource.portRange', 'give portRange ("8080-8080") or ports (["8080"]).');
    const taken = lab.store.list('forwardingRules', 'projects/').map(([path, rule]) => ({ path, rule }));
    const pool = `${lab.placement.prefix}.${LOAD_BALANCER_OCTET}`;
    if (body.IPAddress !== undefined && !body.IPAddress.startsWith(`${pool}.`)) {
      throw invalid('resource.IPAddress', `'${body.IPAddress}'. Load balancers of this cloud live in ${pool}.0/24.`);
    }
    const clash = taken.find(
      ({ rule }) => rule.IPAddress === body.IPAddress && portsOf(rule).some((port) => ports.includes(port)),
    );
    if (clash !== undefined) {
      throw new CloudProblem(
        409,
        'alreadyExists',
        `The address ${clash.rule.IPAddress} and port are in use by '${clash.path}'.`,
      );
    }
    const address =
      body.IPAddress ??
      lab.store.nextAddress(
        lab.placement.prefix,
        LOAD_BALANCER_OCTET,
        new Set(taken.map(({ rule }) => rule.IPAddress)),
      );
    const fields = {
      ...body,
      IPAddress: address,
      ...(body.target === undefined
        ? {}
        : { target: linkOf(existing(lab, call, 'target', body.target, ['targetTcpProxies', 'targetPools'])) }),
      ...(body.backendService === undefined
        ? {}
        : { backendService: linkOf(existing(lab, call, 'backendService', body.backendService, ['backendServices'])) }),
    };
    return insertResource(lab, call, rules, fields, { action: 'open-rule' });
  },
  patch: (lab, call) =>
    changeResource(
      lab,
      call,
      rules,
      'patch',
      parse(
        z.looseObject({ labels: z.record(z.string(), z.string()).optional(), description: z.string().optional() }),
        call.body,
      ),
    ),
  remove: (lab, call) => removeResource(lab, call),
  posts: {
    setTarget(lab, call) {
      const { target } = parse(z.looseObject({ target: z.string().min(1) }), call.body, 'targetReference');
      return changeResource(lab, call, rules, 'setTarget', {
        target: linkOf(existing(lab, call, 'target', target, ['targetTcpProxies', 'targetPools'])),
      });
    },
  },
});

/** Target TCP proxies: what a global forwarding rule leads to. */
export const targetTcpProxies = collection<'targetTcpProxies'>({
  ...proxies,
  scopes: ['global', 'region'],
  insert(lab, call) {
    const body = parse(targetTcpProxyBody, call.body);
    const service = linkOf(existing(lab, call, 'service', body.service, ['backendServices']));
    return insertResource(lab, call, proxies, { ...body, service });
  },
  remove(lab, call) {
    const user = lab.store.list('forwardingRules', 'projects/').find(([, rule]) => rule.target === call.item.selfLink);
    if (user !== undefined) throw inUse(call.path, user[0]);
    return removeResource(lab, call);
  },
  posts: {
    setBackendService(lab, call) {
      const { service } = parse(
        z.looseObject({ service: z.string().min(1) }),
        call.body,
        'targetTcpProxiesSetBackendServiceRequest',
      );
      return changeResource(lab, call, proxies, 'setBackendService', {
        service: linkOf(existing(lab, call, 'service', service, ['backendServices'])),
      });
    },
  },
});

/** Work of forwardingRules.insert: a rule that cannot listen is taken back, with the reason. */
export async function openRule(lab: Lab, path: string): Promise<void> {
  await lab.traffic.refresh();
  const problem = lab.traffic.problem(path);
  if (problem === undefined) return;
  lab.store.remove(path);
  await lab.traffic.refresh();
  throw new OperationFailure('IP_IN_USE_BY_ANOTHER_RESOURCE', problem);
}
