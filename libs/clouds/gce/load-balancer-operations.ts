import { type AnyOperation, defineOperation, type OperationContext } from '@gennaker/extension-sdk/cloud';
import { backendGroups } from './backends.ts';
import type { Compute } from './compute.ts';
import { ignoreAbsent } from './safe-repeat.ts';
import { GceFailure } from './errors.ts';
import { findLoadBalancer, rulePort } from './load-balancers.ts';
import { backendServiceSchema, forwardingRuleSchema, healthCheckSchema, lastPart } from './resources.ts';
import { deleteLoadBalancerSchema, type UpsertLoadBalancer, upsertLoadBalancerSchema } from './schema.ts';

/** The one port of a description; undefined when it names none or several. */
function portOf(d: UpsertLoadBalancer): number | undefined {
  const [from, to, ...more] = String(d.portRange).split('-');
  const port = Number(from);
  const single = more.length === 0 && (to === undefined || to === from);
  return single && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}

/** Makes a TCP load balancer or brings it to what is described: health check, backend service, forwarding rule. */
export function upsertLoadBalancer(compute: Compute): AnyOperation {
  return defineOperation({
    schema: upsertLoadBalancerSchema,
    examples: [{ credentials: 'local-gce', region: 'us-central1', loadBalancerName: 'hello-lb', portRange: '8080' }],
    problems: (d) => [
      ...(portOf(d) === undefined ? [`portRange "${d.portRange}" must be one port between 1 and 65535`] : []),
      ...(d.healthCheck.timeoutSec > d.healthCheck.checkIntervalSec
        ? ['healthCheck.timeoutSec must not be longer than healthCheck.checkIntervalSec']
        : []),
    ],
    cluster: () => null,
    run: (context, d) => upsert(compute, context, d),
  });
}

async function upsert(compute: Compute, context: OperationContext, d: UpsertLoadBalancer) {
  const { region, loadBalancerName: name } = d;
  const port = portOf(d) ?? 0;
  context.touch({ kind: 'loadBalancer', region, name });
  const found = await context.step('find', async () => {
    const existing = await findLoadBalancer(compute, region, name);
    return {
      healthCheck: lastPart(existing?.service.healthChecks?.[0]) || `${name}-hc`,
      backendService: existing?.service.name ?? `${name}-bs`,
      rule: existing ? { address: existing.rule.IPAddress ?? null, port: rulePort(existing.rule) ?? null } : null,
    };
  });
  await context.progress(
    'HEALTH_CHECK',
    `Setting up ${d.healthCheck.healthCheckType} health check ${found.healthCheck}`,
  );
  const link = (kind: string, resource: string) => `projects/${compute.project}/regions/${region}/${kind}/${resource}`;
  await put(compute, context, {
    step: 'health check',
    service: 'RegionHealthChecks',
    region,
    key: { healthCheck: found.healthCheck },
    schema: healthCheckSchema,
    resourceKey: 'healthCheckResource',
    resource: healthCheckResource(d, found.healthCheck, port),
  });
  await context.progress('BACKEND_SERVICE', `Setting up backend service ${found.backendService}`);
  await put(compute, context, {
    step: 'backend service',
    service: 'RegionBackendServices',
    region,
    key: { backendService: found.backendService },
    schema: backendServiceSchema,
    resourceKey: 'backendServiceResource',
    resource: {
      name: found.backendService,
      protocol: 'TCP',
      loadBalancingScheme: 'EXTERNAL',
      sessionAffinity: d.sessionAffinity,
      healthChecks: [link('healthChecks', found.healthCheck)],
      connectionDraining: { drainingTimeoutSec: d.connectionDrainingTimeoutSec },
    },
  });
  await context.progress('FORWARDING_RULE', `Setting up forwarding rule ${name} on port ${port}`);
  const moved =
    found.rule !== null && (found.rule.port !== port || (!!d.ipAddress && d.ipAddress !== found.rule.address));
  if (moved)
    await context.step('remove old rule', () =>
      ignoreAbsent(
        compute.mutate(
          'ForwardingRules',
          'delete',
          { region, forwardingRule: name },
          { requestId: context.requestId('remove old rule'), signal: context.signal },
        ),
      ),
    );
  if (!found.rule || moved) {
    const address = d.ipAddress ?? found.rule?.address;
    await insertMissing(compute, context, {
      step: 'rule',
      service: 'ForwardingRules',
      region,
      key: { forwardingRule: name },
      schema: forwardingRuleSchema,
      resourceKey: 'forwardingRuleResource',
      resource: {
        name,
        loadBalancingScheme: 'EXTERNAL',
        IPProtocol: 'TCP',
        portRange: `${port}-${port}`,
        backendService: link('backendServices', found.backendService),
        ...(address ? { IPAddress: address } : {}),
      },
    });
  }
  return [{ type: 'LoadBalancerResult', loadBalancers: { [region]: { name } } }];
}

function healthCheckResource(d: UpsertLoadBalancer, name: string, port: number): object {
  const check = d.healthCheck;
  const at = check.port ?? port;
  return {
    name,
    type: check.healthCheckType,
    checkIntervalSec: check.checkIntervalSec,
    timeoutSec: check.timeoutSec,
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
    ...(check.healthCheckType === 'HTTP'
      ? { httpHealthCheck: { port: at, requestPath: check.requestPath } }
      : { tcpHealthCheck: { port: at } }),
  };
}

interface Wanted {
  readonly step: string;
  readonly service: 'RegionHealthChecks' | 'RegionBackendServices' | 'ForwardingRules';
  readonly region: string;
  readonly key: Record<string, string>;
  readonly schema: typeof healthCheckSchema | typeof backendServiceSchema | typeof forwardingRuleSchema;
  readonly resourceKey: string;
  readonly resource: object;
}

/** Makes a resource, or writes the wanted fields over an existing one. */
async function put(compute: Compute, context: OperationContext, wanted: Wanted): Promise<void> {
  const request = { region: wanted.region, ...wanted.key };
  const existed = await context.step(
    `${wanted.step} exists`,
    async () => (await compute.find(wanted.service, 'get', request, wanted.schema)) !== null,
  );
  if (!existed) return insertMissing(compute, context, wanted);
  await context.step(wanted.step, async () => {
    for (let attempt = 1; ; attempt++) {
      const current = await compute.get(wanted.service, 'get', request, wanted.schema);
      try {
        await compute.mutate(
          wanted.service,
          'update',
          { ...request, [wanted.resourceKey]: { ...current, ...wanted.resource } },
          { requestId: context.requestId(`${wanted.step} ${attempt}`), signal: context.signal },
        );
        return;
      } catch (error) {
        const stale = error instanceof GceFailure && error.gce.reason === 'conditionNotMet';
        if (!stale || attempt >= 10) throw error;
        await compute.sleep(50 + Math.random() * 200 * attempt, context.signal);
      }
    }
  });
}

async function insertMissing(compute: Compute, context: OperationContext, wanted: Wanted): Promise<void> {
  const request = { region: wanted.region, ...wanted.key };
  await context.step(
    wanted.step,
    async () => {
      // A resumed step finds what it made before the crash.
      if (await compute.find(wanted.service, 'get', request, wanted.schema)) return;
      await compute.mutate(
        wanted.service,
        'insert',
        { region: wanted.region, [wanted.resourceKey]: wanted.resource },
        { requestId: context.requestId(wanted.step), signal: context.signal },
      );
    },
    () =>
      ignoreAbsent(
        compute.mutate(wanted.service, 'delete', request, { requestId: context.requestId(`undo ${wanted.step}`) }),
      ),
  );
}

/** Deletes a load balancer with its backend service and health check. One that is not there counts as deleted. */
export function deleteLoadBalancer(compute: Compute): AnyOperation {
  return defineOperation({
    schema: deleteLoadBalancerSchema,
    examples: [{ credentials: 'local-gce', region: 'us-central1', loadBalancerName: 'hello-lb' }],
    cluster: () => null,
    run: async (context, d) => {
      const { region, loadBalancerName: name } = d;
      context.touch({ kind: 'loadBalancer', region, name });
      const found = await context.step('find', async () => {
        const balancer = await findLoadBalancer(compute, region, name);
        if (!balancer) return null;
        const groups = backendGroups(balancer.service).map(lastPart);
        if (groups.length > 0)
          throw new Error(
            `Load balancer ${name} still serves ${groups.join(', ')}; disable or destroy that first, so that no request is lost.`,
          );
        return {
          backendService: balancer.service.name,
          healthChecks: (balancer.service.healthChecks ?? []).map(lastPart),
        };
      });
      if (!found) {
        await context.progress('DELETE', `Load balancer ${name} does not exist in ${region}: nothing to delete`);
        return [{ type: 'DeleteResult', loadBalancerName: name, existed: false }];
      }
      await context.progress('DELETE', `Deleting load balancer ${name}`);
      const remove = (service: Wanted['service'], request: Record<string, string>) =>
        context.step(`delete ${service} ${Object.values(request).join(' ')}`, () =>
          keepWhatIsUsed(
            ignoreAbsent(
              compute.mutate(
                service,
                'delete',
                { region, ...request },
                {
                  requestId: context.requestId(`delete ${service} ${Object.values(request).join(' ')}`),
                  signal: context.signal,
                },
              ),
            ),
          ),
        );
      await remove('ForwardingRules', { forwardingRule: name });
      await remove('RegionBackendServices', { backendService: found.backendService });
      for (const healthCheck of found.healthChecks) await remove('RegionHealthChecks', { healthCheck });
      return [{ type: 'DeleteResult', loadBalancerName: name, existed: true }];
    },
  });
}

/** A health check or service that something else uses too stays. */
async function keepWhatIsUsed(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof GceFailure) || error.gce.reason !== 'resourceInUseByAnotherResource') throw error;
  }
}
