import { ExpressionError } from '../error.ts';
import type { Surroundings } from '../surroundings.ts';
import { isMap, isNull } from '../values.ts';
import { type Helper, taking } from './helper.ts';

type Json = Readonly<Record<string, unknown>>;

/** The types of stages that say which server groups they made. */
const DEPLOYING = new Set(['deploy', 'createServerGroup', 'cloneServerGroup', 'rollingPush']);

/** Helpers that look at the execution: its stages and its trigger. */
export const EXECUTION_FUNCTIONS: Readonly<Record<string, Helper>> = {
  stage: taking(1, ([key], around) => stageNamed(key, around)),
  stageByRefId: taking(1, ([ref], around) => {
    const found = isNull(ref) ? undefined : stagesOf(around).find((stage) => stage['refId'] === String(ref));
    if (!found) throw new ExpressionError(`The execution has no stage with refId "${String(ref)}"`);
    return found;
  }),
  stageExists: taking(1, ([key], around) => findStage(key, around) !== undefined),
  currentStage: taking(0, (_args, around) => {
    const { stageId } = around.options;
    const found = stageId === undefined ? undefined : stagesOf(around).find((stage) => stage['id'] === stageId);
    if (!found) throw new ExpressionError('The expression is evaluated outside of a stage: there is no current one');
    return found;
  }),
  currentUser: taking(0, (_args, around) => around.options.user ?? 'anonymous'),
  judgment: taking(1, ([name], around) => judgment(name, around)),
  judgement: taking(1, ([name], around) => judgment(name, around)),
  deployedServerGroups: { takes: [0, Infinity], call: (names, around) => deployedServerGroups(names, around) },
  manifestLabelValue: taking(3, ([stage, kind, label], around) =>
    manifestLabelValue(String(stage), String(kind), String(label), around),
  ),
  triggerResolvedArtifact: taking(1, ([name], around) => resolvedArtifact('name', name, around)),
  triggerResolvedArtifactByType: taking(1, ([type], around) => resolvedArtifact('type', type, around)),
  resolvedArtifacts: taking(0, (_args, around) =>
    stagesOf(around).flatMap((stage) => listOf(mapOr(stage['outputs'])['artifacts'])),
  ),
  cfServiceKey: taking(1, ([name], around) => {
    const made = stagesOf(around).find(
      (stage) => stage['name'] === name && stage['type'] === 'createServiceKey' && stage['status'] === 'SUCCEEDED',
    );
    return mapOr(mapOr(made?.['context'])['serviceKey']);
  }),
};

function mapOr(value: unknown): Json {
  return isMap(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function stagesOf(around: Surroundings): readonly Json[] {
  const execution = around.scope.lookup('execution');
  const stages = isMap(execution) ? execution['stages'] : undefined;
  if (!Array.isArray(stages)) throw new ExpressionError('There is no execution to look for stages in');
  around.budget.step(Math.ceil(stages.length / 16));
  return stages.filter(isMap);
}

/** The first by name, or else by id. */
function findStage(key: unknown, around: Surroundings): Json | undefined {
  const stages = stagesOf(around);
  return stages.find((stage) => stage['name'] === key) ?? stages.find((stage) => stage['id'] === key);
}

function stageNamed(key: unknown, around: Surroundings): Json {
  const found = findStage(key, around);
  if (!found) throw new ExpressionError(`The execution has no stage named "${String(key)}"`);
  return found;
}

function judgment(name: unknown, around: Surroundings): unknown {
  const stages = stagesOf(around);
  const found =
    stages.find((stage) => stage['name'] === name && stage['type'] === 'manualJudgment') ??
    stages.find(
      (stage) => stage['name'] === name && isMap(stage['context']) && Object.hasOwn(stage['context'], 'judgmentInput'),
    );
  if (!found) throw new ExpressionError(`The execution has no manual judgment named "${String(name)}"`);
  return mapOr(found['context'])['judgmentInput'] ?? null;
}

/** What the execution's deploys made, of all stages or of those named. */
export function deployedServerGroups(names: readonly unknown[], around: Surroundings): unknown {
  const wanted = new Set(names.flat().map(String));
  const stages = stagesOf(around).filter(
    (stage) =>
      DEPLOYING.has(String(stage['type'])) &&
      stage['status'] === 'SUCCEEDED' &&
      isMap(mapOr(stage['context'])['deploy.server.groups']) &&
      (wanted.size === 0 || wanted.has(String(stage['name']))),
  );
  const made = stages.flatMap((stage) => groupsOf(stage, around));
  if (made.length > 0) return made;
  // Where the names that expressions see have the list already, it is the answer.
  return around.scope.lookup('deployedServerGroups') ?? [];
}

/** What the trigger's build was made from: of several commits the first that is on neither of the main branches, else the first. */
export function scmInfo(around: Surroundings): unknown {
  const commits = listOf(mapOr(mapOr(around.scope.lookup('trigger'))['buildInfo'])['scm']).filter(isMap);
  return commits.find((commit) => commit['branch'] !== 'master' && commit['branch'] !== 'develop') ?? commits[0];
}

function groupsOf(stage: Json, around: Surroundings): Json[] {
  const context = mapOr(stage['context']);
  const { ['deploy.server.groups']: byRegion } = context;
  const parent = stage['parentStageId'] ?? stage['id'];
  return Object.entries(mapOr(byRegion)).flatMap(([region, groups]) =>
    listOf(groups).map((serverGroup) => ({
      account: context['account'] ?? context['credentials'] ?? null,
      capacity: context['capacity'] ?? null,
      parentStage: parent,
      region,
      serverGroup,
      ...detailsOf(context['deploymentDetails'] ?? detailsBefore(stage, around), region),
      deployments: listOf(context['deployments']),
    })),
  );
}

/** What the bake or find-image stage before said of the image of a region. */
function detailsOf(all: unknown, region: string): Json {
  const details = listOf(all)
    .filter(isMap)
    .find((detail) => detail['region'] === region || detail['region'] === 'global');
  const { region: _region, ...rest } = details ?? {};
  return rest;
}

/** The `deploymentDetails` that the nearest stage before put out: the stage that it is a part of, and those that it waits for. */
function detailsBefore(stage: Json, around: Surroundings): unknown {
  const stages = stagesOf(around);
  const seen = new Set([stage]);
  for (const one of seen) {
    const { deploymentDetails } = mapOr(one['outputs']);
    if (deploymentDetails !== undefined) return deploymentDetails;
    const before = listOf(one['requisiteStageRefIds']);
    for (const other of stages)
      if (other['id'] === one['parentStageId'] || before.includes(other['refId'])) seen.add(other);
  }
  return undefined;
}

function manifestLabelValue(stageName: string, kind: string, label: string, around: Surroundings): unknown {
  if (kind !== 'Deployment' && kind !== 'ReplicaSet')
    throw new ExpressionError(`#manifestLabelValue reads Deployment and ReplicaSet, not ${kind}`);
  const stage = stagesOf(around).find(
    (one) => one['name'] === stageName && one['type'] === 'deployManifest' && one['status'] === 'SUCCEEDED',
  );
  const manifests = listOf(mapOr(stage?.['outputs'])['manifests'] ?? mapOr(stage?.['context'])['manifests']);
  const manifest = manifests.filter(isMap).find((one) => one['kind'] === kind);
  const labels = mapOr(mapOr(mapOr(mapOr(manifest?.['spec'])['template'])['metadata'])['labels']);
  if (!Object.hasOwn(labels, label))
    throw new ExpressionError(`No ${kind} of the stage "${stageName}" has a label "${label}"`);
  return labels[label];
}

function resolvedArtifact(by: 'name' | 'type', value: unknown, around: Surroundings): unknown {
  const trigger = mapOr(around.scope.lookup('trigger'));
  const bound = listOf(trigger['resolvedExpectedArtifacts'])
    .filter(isMap)
    .map((one) => one['boundArtifact']);
  const artifacts = [...bound, ...(bound.length > 0 ? [] : listOf(trigger['artifacts']))].filter(isMap);
  const found = artifacts.find((artifact) => artifact[by] === value);
  if (!found) throw new ExpressionError(`The trigger has no artifact of the ${by} "${String(value)}"`);
  return found;
}
