import type { JsonObject, StageConfig, StageFormProps } from '@gennaker/ui/stage-ui';
import { list, object, text } from '@gennaker/ui/stage-ui';
import type { ComponentType } from 'react';
import type { NamedOperation } from '../queries/operations.ts';
import { differences } from './differences.ts';

/** Something that a person does by hand to things of a cloud: looked at before it is done, then done as a task of stages. */
export interface Deed {
  /** Type of the stage that does it; the cloud's operation has the same name. */
  readonly type: string;
  /** What the button says. */
  readonly verb: string;
  /** What is done to what, e.g. `Resize hello-prod-v001`. */
  readonly title: string;
  /** What it means, in a sentence or two. */
  readonly about: string;
  readonly provider: string;
  /** What it is done to: keys that name each thing. One stage for each. */
  readonly targets: readonly JsonObject[];
  /** What the form starts with: where it is about something that exists, what that has now. */
  readonly values: JsonObject;
  /** `changes`: of the values only those that differ from the start are sent. */
  readonly sends: 'all' | 'changes';
  /** The form, where there is something to choose. */
  readonly Form?: ComponentType<StageFormProps>;
  /** Sentences about what is missing. */
  readonly problems?: (stage: StageConfig, application: string) => readonly string[];
  /** What runs or exists now, to be compared with what is asked for. */
  readonly against?: (stage: StageConfig) => { readonly title: string; readonly values: JsonObject } | undefined;
  /** It does nothing where the form says what is so already. */
  readonly needsChange?: boolean;
  /** A name that has to be typed first, because it cannot be undone. */
  readonly confirm?: string;
  readonly danger?: boolean;
}

const firstTarget = ({ targets }: Deed): JsonObject => targets[0] ?? {};

/** The stage that a deed's form edits first. */
export function firstStage(deed: Deed): StageConfig {
  return { ...firstTarget(deed), ...deed.values, type: deed.type };
}

/** What the form says beyond its target: all of it, or what differs from the start. */
export function saidBy(deed: Deed, edited: StageConfig): JsonObject {
  const { values, sends } = deed;
  const own = new Set(['type', ...Object.keys(firstTarget(deed))]);
  const chosen = Object.entries(edited).filter(([key, value]) => !own.has(key) && value !== undefined);
  const changed = new Set(differences(values, edited).map(({ field }) => field));
  return Object.fromEntries(sends === 'all' ? chosen : chosen.filter(([key]) => changed.has(key)));
}

/** The stages that are submitted for what the form says. */
export function stagesOf(deed: Deed, edited: StageConfig): StageConfig[] {
  const said = saidBy(deed, edited);
  return deed.targets.map((target) => ({ ...target, ...said, type: deed.type }));
}

/** What is missing before it can be told what would be done. */
export function missingOf(deed: Deed, edited: StageConfig, application: string): readonly string[] {
  const missing = deed.problems?.(edited, application) ?? [];
  const idle = deed.needsChange === true && Object.keys(saidBy(deed, edited)).length === 0;
  return missing.length === 0 && idle ? ['change something'] : missing;
}

/** Keys of stages that no operation knows: they say how the stage finds, waits and follows. */
const STAGE_KEYS: ReadonlySet<string> = new Set([
  'account',
  'action',
  'cloudProvider',
  'cloudProviderType',
  'cluster',
  'moniker',
  'name',
  'provider',
  'reason',
  'regions',
  'resizeType',
  'strategy',
  'target',
  'targetHealthyDeployPercentage',
  'type',
  'useSourceCapacity',
]);

function described(keys: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(keys).filter(([key, value]) => !STAGE_KEYS.has(key) && value !== undefined));
}

/** The operations that stages come to, as their preview is asked for. */
export function operationsOf(stages: readonly StageConfig[], application: string): NamedOperation[] {
  return stages.flatMap((stage): NamedOperation[] => {
    if (stage.type === 'deploy')
      return list(stage['clusters'])
        .map(object)
        .map((cluster) => ({
          createServerGroup: {
            application,
            ...described(cluster),
            credentials: text(cluster['credentials']) || text(cluster['account']),
          },
        }));
    const own = described(stage);
    if (stage.type === 'upsertImageTags') {
      const { imageNames, ...rest } = own;
      return list(imageNames).map((imageName) => ({ upsertImageTags: { ...rest, imageName } }));
    }
    if (stage.type === 'cloneServerGroup' && stage['useSourceCapacity'] === true)
      return [{ cloneServerGroup: { ...own, source: { ...object(own['source']), useSourceCapacity: true } } }];
    return [{ [stage.type]: own }];
  });
}
