import type { Image } from '@gennaker/contracts/cloud-views';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { clusterName } from '@gennaker/contracts/moniker';
import type { JsonObject, StageConfig } from '@gennaker/ui/stage-ui';
import { list, object, strings, text } from '@gennaker/ui/stage-ui';
import type { Can } from '../queries/accounts.ts';
import type { Deed } from './deed.ts';
import { emptied } from './deed.ts';
import { BoundsForm, SizeForm, sizeProblems } from './resize-form.tsx';
import { formOf, stageUiOf } from './stage-form.ts';
import { clusterComparison, ownLabels } from './server-group-comparison.ts';
import { imageOf } from './version.ts';

/** Keys of a stage that name a server group. */
function targetOf(group: ServerGroup): JsonObject {
  return {
    cloudProvider: group.cloudProvider,
    credentials: group.account,
    region: group.region,
    regions: [group.region],
    serverGroupName: group.name,
    cluster: group.cluster,
    moniker: group.moniker,
  };
}

const named = (groups: readonly ServerGroup[]): string =>
  groups.length === 1 ? (groups[0]?.name ?? '') : `${groups.length} server groups`;

const balanced = (groups: readonly ServerGroup[]): string => {
  const names = new Set(groups.filter(({ isDisabled }) => !isDisabled).flatMap(({ loadBalancers }) => loadBalancers));
  return names.size > 0 ? ` Traffic comes from ${[...names].join(', ')}: make sure that others serve it.` : '';
};

/** What can be done to one server group or to several at once. @throws Error for none */
export function serverGroupsDeeds(groups: readonly ServerGroup[]): Deed[] {
  const [first] = groups;
  if (!first) throw new Error('A deed needs a server group.');
  const common = {
    targets: groups.map(targetOf),
    values: {},
    sends: 'all',
  } as const;
  // Where the cloud does otherwise than was asked, both ways lead out.
  return [
    ...(groups.some(({ isDisabled, drift }) => isDisabled || drift)
      ? [
          {
            ...common,
            type: 'enableServerGroup',
            verb: 'Enable',
            title: `Enable ${named(groups)}`,
            about: 'The instances get traffic from their load balancers.',
          },
        ]
      : []),
    ...(groups.some(({ isDisabled, drift }) => !isDisabled || drift)
      ? [
          {
            ...common,
            type: 'disableServerGroup',
            verb: 'Disable',
            title: `Disable ${named(groups)}`,
            about: `The instances get no more traffic. They go on running, so it can be enabled again.${balanced(groups)}`,
            danger: true,
          },
        ]
      : []),
    {
      ...common,
      type: 'destroyServerGroup',
      verb: 'Destroy',
      title: `Destroy ${named(groups)}`,
      about: `The instances are ended and removed. This cannot be undone; deploying again makes a new server group.${balanced(groups)}`,
      confirm: named(groups),
      danger: true,
    },
  ];
}

/** Everything that can be done to one server group, as far as its cloud can. */
export function serverGroupDeeds(group: ServerGroup, can: Can): Deed[] {
  const able = (capability: string): boolean => can(group.account, capability);
  const common = { targets: [targetOf(group)] };
  const changing = (now: JsonObject) =>
    ({
      values: now,
      sends: 'changes',
      needsChange: true,
      against: (_stage: StageConfig, said: JsonObject) => [
        { title: `Beside ${group.name} as it is`, before: now, after: said },
      ],
    }) as const;
  const ofAny = serverGroupsDeeds([group]);
  const policies = { autoscalingPolicy: group['autoscalingPolicy'], autoHealingPolicy: group['autoHealingPolicy'] };
  const deeds: (Deed | false | undefined)[] = [
    able('resize') && {
      ...common,
      ...changing({ capacity: group.capacity }),
      targets: [{ ...targetOf(group), action: 'scale_exact', resizeType: 'exact' }],
      type: 'resizeServerGroup',
      verb: 'Resize',
      title: `Resize ${group.name}`,
      about: 'Changes how many instances it has, and waits until it has them.',
      Form: group['autoscalingPolicy'] === undefined ? SizeForm : BoundsForm,
      problems: sizeProblems,
    },
    able('clone') && cloneDeed(group),
    ...ofAny.slice(0, -1),
    able('scalingPolicies') && {
      ...common,
      ...changing(policies),
      ...formOf('upsertScalingPolicy'),
      problems: (stage, of) => [
        ...(formOf('upsertScalingPolicy').problems?.(stage, of) ?? []),
        ...policyProblems(policies, stage),
      ],
      verb: 'Set policies',
      title: `Scaling policy of ${group.name}`,
      about: 'When an autoscaler adds and removes instances, and when an instance is made anew because it is ill.',
    },
    able('scalingPolicies') &&
      group['autoscalingPolicy'] !== undefined && {
        ...common,
        values: {},
        sends: 'all',
        type: 'deleteScalingPolicy',
        verb: 'Remove autoscaling',
        title: `Remove the autoscaler of ${group.name}`,
        about: 'The number of instances stays what it is then.',
        danger: true,
      },
    able('scalingPolicies') &&
      group['autoHealingPolicy'] !== undefined && {
        ...common,
        values: { deleteAutoHealingPolicy: true },
        sends: 'all',
        type: 'deleteScalingPolicy',
        verb: 'Remove autohealing',
        title: `Remove the autohealing of ${group.name}`,
        about: 'Instances that fail their health check are no longer made anew.',
        danger: true,
      },
    able('launchConfig') && {
      ...common,
      ...changing({
        image: imageOf(group),
        instanceType: text(group['instanceType']),
        tags: strings(group['tags']),
        updatePolicy: { type: 'OPPORTUNISTIC' },
      }),
      sends: 'overrides',
      ...formOf('updateLaunchConfig'),
      verb: 'Change instances',
      title: `What instances of ${group.name} are made of`,
      about: 'New instances are made so; on request those that run are replaced step by step.',
    },
    able('serverGroupTags') && {
      ...common,
      ...changing({ tags: strings(group['tags']) }),
      ...formOf('upsertServerGroupTags'),
      verb: 'Set tags',
      title: `Network tags of ${group.name}`,
      about: 'Firewalls know its instances by these.',
    },
    ofAny.at(-1),
  ];
  return deeds.filter((deed) => typeof deed === 'object');
}

/** What the operation on policies leaves as it is, though the form shows it empty or off. */
function policyProblems(policies: JsonObject, stage: JsonObject): string[] {
  const off = (key: string): boolean => policies[key] !== undefined && stage[key] === undefined;
  return [
    ...(off('autoscalingPolicy') ? ['leave autoscaling on; it is ended by “Remove autoscaling”'] : []),
    ...(off('autoHealingPolicy') ? ['leave autohealing on; it is ended by “Remove autohealing”'] : []),
    ...(off('autoscalingPolicy')
      ? []
      : emptied(
          policies,
          stage,
          ['minNumReplicas', 'maxNumReplicas', 'coolDownPeriodSec'].map((key) => `autoscalingPolicy.${key}`),
        )),
  ];
}

/** Makes another server group like one, and shows what it has otherwise. */
function cloneDeed(group: ServerGroup): Deed {
  const values = {
    region: group.region,
    image: imageOf(group),
    instanceType: text(group['instanceType']),
    tags: strings(group['tags']),
    labels: ownLabels(group),
    stack: group.moniker.stack,
    freeFormDetails: group.moniker.detail,
    capacity: group.capacity,
    useSourceCapacity: true,
    loadBalancers: group.loadBalancers,
    disableTraffic: false,
    strategy: '',
  };
  return {
    ...formOf('cloneServerGroup'),
    verb: 'Clone',
    title: `Clone ${group.name}`,
    about: 'Makes a server group like it. What is not changed here is taken from it.',
    targets: [
      {
        cloudProvider: group.cloudProvider,
        credentials: group.account,
        cluster: group.cluster,
        source: { account: group.account, region: group.region, serverGroupName: group.name },
      },
    ],
    values,
    sends: 'overrides',
    against: (_stage, said) => [{ title: `Beside ${group.name}, which runs`, before: values, after: said }],
  };
}

/** Makes a server group of an image; the form may say another one. */
export function deployImageDeed(image: Image, application: string, groups: readonly ServerGroup[]): Deed {
  const create = createServerGroupDeed(application, groups);
  const clusters = list(create.values['clusters']).map(object);
  return {
    ...create,
    verb: 'Deploy',
    title: `Deploy ${image.imageName}`,
    values: {
      ...create.values,
      clusters: clusters.map((cluster) => ({ ...cluster, account: image.account, image: image.imageName })),
    },
  };
}

/** Makes a server group, and shows what it has otherwise than the newest of its cluster. */
export function createServerGroupDeed(application: string, groups: readonly ServerGroup[]): Deed {
  const ui = stageUiOf('deploy');
  const { problems } = ui;
  return {
    type: 'deploy',
    Form: ui.Form,
    verb: 'Create',
    title: 'Create a server group',
    about: 'Makes it from an image, waits until its instances are up, and sees to the older ones as the strategy says.',
    targets: [{}],
    values: ui.defaults(application),
    sends: 'all',
    problems: (stage, of) => [
      ...(problems?.(stage, of) ?? []),
      ...(list(stage['clusters'])
        .map(object)
        .every(({ image }) => text(image))
        ? []
        : ['choose an image']),
    ],
    against: (stage) =>
      list(stage['clusters'])
        .map(object)
        .flatMap((cluster) => {
          const name = clusterName(application, text(cluster['stack']), text(cluster['freeFormDetails']));
          const running = groups
            .filter(
              (group) =>
                group.cluster === name && group.account === cluster['account'] && group.region === cluster['region'],
            )
            .toSorted((a, b) => b.createdTime - a.createdTime)[0];
          if (!running) return [];
          return [{ title: `Beside ${running.name}, the newest of ${name}`, ...clusterComparison(running, cluster) }];
        }),
  };
}
