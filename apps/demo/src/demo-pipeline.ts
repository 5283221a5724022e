import { HELLO } from './hello-application.ts';

type Stage = Readonly<Record<string, unknown>>;

/** How the demo's pipeline is made. */
export interface DemoPipelineOptions {
  readonly account: string;
  /** Takes the old group out before the new one gets traffic: wrong on purpose, to show that the demo notices. */
  readonly disableFirst?: boolean;
}

/**
 * The demo's pipeline: a Jenkins build is baked into an image, started dark beside what runs, tested at its instances'
 * own addresses, approved by a person, given the traffic; what ran before is taken out and destroyed.
 */
export function demoPipeline({ account, disableFirst = false }: DemoPipelineOptions): Record<string, unknown> {
  const target = (type: string, name: string, choice: string): Stage => ({
    type,
    name,
    cloudProvider: 'gce',
    cloudProviderType: 'gce',
    credentials: account,
    cluster: HELLO.cluster,
    moniker: { app: HELLO.application, stack: HELLO.stack, cluster: HELLO.cluster },
    regions: [HELLO.region],
    target: choice,
  });
  // Where this is the first version, there is nothing to take out.
  const hadOld = { stageEnabled: { type: 'expression', expression: `\${ ${OLD_GROUP} != null }` } };
  const enable = target('enableServerGroup', 'Enable new', 'current_asg_dynamic');
  const disable = { ...target('disableServerGroup', 'Disable old', 'ancestor_asg_dynamic'), ...hadOld };
  const destroy = { ...target('destroyServerGroup', 'Destroy old', 'ancestor_asg_dynamic'), ...hadOld };
  const tests = Array.from({ length: HELLO.instances }, (_, index) => smokeTest(index));
  const build: Stage[] = [
    {
      type: 'bake',
      name: 'Bake',
      package: 'hello',
      baseOs: HELLO.baseImage,
      cloudProviderType: 'gce',
      region: 'global',
    },
    deployDark(account),
  ];
  const judgment = {
    type: 'manualJudgment',
    name: 'Approve',
    instructions: 'The new version runs dark beside the old one and answered its tests. Give it the traffic?',
    judgmentInputs: [],
    failPipeline: true,
  };
  const switching = disableFirst ? [disable, enable, destroy] : [enable, disable, destroy];
  const chain = (stages: readonly Stage[], from: number, first: readonly string[]): Stage[] =>
    stages.map((stage, index) => ({
      refId: String(from + index),
      requisiteStageRefIds: index === 0 ? first : [String(from + index - 1)],
      ...stage,
    }));
  const built = chain(build, 1, []);
  const parallel = tests.map((stage, index) => ({
    refId: String(built.length + 1 + index),
    requisiteStageRefIds: [String(built.length)],
    ...stage,
  }));
  const after = built.length + parallel.length + 1;
  return {
    application: HELLO.application,
    name: HELLO.pipeline,
    description: 'Bakes a build, starts it dark, tests it, and after an approval switches the traffic to it',
    limitConcurrent: true,
    keepWaitingPipelines: true,
    parameterConfig: [],
    notifications: [],
    triggers: [{ type: 'jenkins', enabled: true, master: HELLO.jenkins, job: HELLO.job }],
    stages: [
      ...built,
      ...parallel,
      ...chain(
        [judgment, ...switching],
        after,
        parallel.map((stage) => stage.refId),
      ),
    ],
  };
}

/** Expression: the server group that this pipeline replaces. */
const OLD_GROUP = "#stage('Deploy dark')['outputs']['deployedServerGroups'][0]['source']";

function deployDark(account: string): Stage {
  return {
    type: 'deploy',
    name: 'Deploy dark',
    clusters: [
      {
        account,
        application: HELLO.application,
        stack: HELLO.stack,
        freeFormDetails: '',
        cloudProvider: 'gce',
        provider: 'gce',
        strategy: '',
        region: HELLO.region,
        regional: true,
        selectZones: true,
        distributionPolicy: { zones: HELLO.zones },
        capacity: { min: HELLO.instances, max: HELLO.instances, desired: HELLO.instances },
        instanceType: 'e2-small',
        network: 'default',
        loadBalancers: [HELLO.loadBalancer],
        disableTraffic: true,
      },
    ],
  };
}

function smokeTest(index: number): Stage {
  return {
    type: 'webhook',
    name: `Smoke test ${index + 1}`,
    method: 'GET',
    url: `http://\${ #stage('Deploy dark')['outputs']['deployedServerGroups'][0]['instances'][${index}]['ip'] }:${HELLO.port}/`,
  };
}
