import { DRAINING_SECONDS, HELLO, WORLD } from './hello-application.ts';

type Stage = Readonly<Record<string, unknown>>;

/** Where the image that hello-prod runs is brought to. */
export interface PromotionOptions {
  readonly account: string;
  /** One region or more. */
  readonly regions: readonly string[];
}

/** Both pipelines that bring what hello-prod runs to the cluster hello-world. */
export function promotionPipelines(options: PromotionOptions): Record<string, unknown>[] {
  return [promoteByRedBlack(options), promoteDark(options)];
}

/** Finds the image, replaces the old version by red/black, tests it, and after an approval shrinks the old one and tags the image. */
function promoteByRedBlack(options: PromotionOptions): Record<string, unknown> {
  const { account, regions } = options;
  return pipeline(WORLD.redBlack, 'Brings what hello-prod runs to hello-world by red/black', [
    [loadBalancer(account)],
    [findImage(account)],
    [deploy(options, { strategy: 'redblack', rollback: { onFailure: true } })],
    smokeTests(regions),
    [approval('The new version serves and answered its tests. Scale the old one down and tag the image as promoted?')],
    [
      {
        ...cluster(options, 'scaleDownCluster', 'Scale down old'),
        remainingFullSizeServerGroups: 1,
        allowScaleDownActive: false,
      },
    ],
    [
      {
        type: 'upsertImageTags',
        name: 'Tag the image',
        cloudProvider: 'gce',
        cloudProviderType: 'gce',
        credentials: account,
        tags: { promoted: 'world' },
      },
    ],
  ]);
}

/** Finds the image, starts it without traffic, tests it, and after an approval switches the traffic and destroys the old one. */
function promoteDark(options: PromotionOptions): Record<string, unknown> {
  // Where this is the first version, there is nothing to take out.
  const hadOld = {
    stageEnabled: { type: 'expression', expression: `\${ ${DEPLOYED}[0]['source'] != null }` },
  };
  return pipeline(WORLD.dark, 'Brings what hello-prod runs to hello-world without traffic, then switches', [
    [loadBalancer(options.account)],
    [findImage(options.account)],
    [deploy(options, { strategy: '', disableTraffic: true })],
    smokeTests(options.regions),
    [approval('The new version runs dark beside the old one and answered its tests. Give it the traffic?')],
    [{ ...cluster(options, 'enableServerGroup', 'Enable new'), target: 'current_asg_dynamic' }],
    [{ ...cluster(options, 'disableServerGroup', 'Disable old'), target: 'ancestor_asg_dynamic', ...hadOld }],
    [{ ...cluster(options, 'destroyServerGroup', 'Destroy old'), target: 'ancestor_asg_dynamic', ...hadOld }],
  ]);
}

const DEPLOY = 'Deploy';
/** Expression: what the pipeline deployed, a server group for each region. */
const DEPLOYED = `#stage('${DEPLOY}')['outputs']['deployedServerGroups']`;

/** A pipeline of steps one after the other; the stages of a step run side by side. */
function pipeline(name: string, description: string, steps: readonly (readonly Stage[])[]): Record<string, unknown> {
  const stages: Stage[] = [];
  let before: string[] = [];
  for (const step of steps) {
    const first = stages.length + 1;
    stages.push(
      ...step.map((stage, index) => ({ refId: String(first + index), requisiteStageRefIds: before, ...stage })),
    );
    before = step.map((_, index) => String(first + index));
  }
  return {
    application: HELLO.application,
    name,
    description,
    limitConcurrent: true,
    keepWaitingPipelines: true,
    parameterConfig: [],
    notifications: [],
    triggers: [],
    stages,
  };
}

function loadBalancer(account: string): Stage {
  return {
    type: 'upsertLoadBalancer',
    name: 'Load balancer',
    cloudProvider: 'gce',
    credentials: account,
    region: 'global',
    loadBalancerName: WORLD.loadBalancer,
    loadBalancerType: 'HTTP',
    portRange: String(HELLO.port),
    defaultService: {
      name: `${WORLD.loadBalancer}-bs`,
      connectionDrainingTimeoutSec: DRAINING_SECONDS,
      healthCheck: {
        name: `${WORLD.loadBalancer}-hc`,
        healthCheckType: 'HTTP',
        port: HELLO.port,
        requestPath: '/',
        checkIntervalSec: 1,
        timeoutSec: 1,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
    },
  };
}

function findImage(account: string): Stage {
  return {
    type: 'findImage',
    name: 'Find image',
    cloudProvider: 'gce',
    cloudProviderType: 'gce',
    credentials: account,
    cluster: HELLO.cluster,
    moniker: { app: HELLO.application, stack: HELLO.stack, cluster: HELLO.cluster },
    regions: [HELLO.region],
    selectionStrategy: 'NEWEST',
    onlyEnabled: true,
  };
}

function deploy({ account, regions }: PromotionOptions, settings: Stage): Stage {
  return {
    type: 'deploy',
    name: DEPLOY,
    clusters: regions.map((region) => ({
      account,
      application: HELLO.application,
      stack: WORLD.stack,
      freeFormDetails: '',
      cloudProvider: 'gce',
      provider: 'gce',
      region,
      regional: true,
      capacity: { min: WORLD.instances, max: WORLD.instances, desired: WORLD.instances },
      instanceType: 'e2-small',
      network: 'default',
      loadBalancers: [WORLD.loadBalancer],
      ...settings,
    })),
  };
}

function smokeTests(regions: readonly string[]): Stage[] {
  return regions.map((region, index) => ({
    type: 'webhook',
    name: `Smoke test ${region}`,
    method: 'GET',
    url: `http://\${ ${DEPLOYED}[${index}]['instances'][0]['ip'] }:${HELLO.port}/`,
  }));
}

function approval(instructions: string): Stage {
  return { type: 'manualJudgment', name: 'Approve', instructions, judgmentInputs: [], failPipeline: true };
}

function cluster({ account, regions }: PromotionOptions, type: string, name: string): Stage {
  return {
    type,
    name,
    cloudProvider: 'gce',
    cloudProviderType: 'gce',
    credentials: account,
    cluster: WORLD.cluster,
    moniker: { app: HELLO.application, stack: WORLD.stack, cluster: WORLD.cluster },
    regions: [...regions],
  };
}
