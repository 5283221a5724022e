import type { StageConfig } from '@gennaker/ui/stage-ui';

/** What happens to the pipeline when a stage fails; Spinnaker writes it as three flags. */
export const FAILURE_MODES = [
  {
    value: 'halt',
    label: 'Halt the whole pipeline',
    about: 'Other branches are stopped; the execution fails',
    flags: { failPipeline: true, continuePipeline: false, completeOtherBranchesThenFail: false },
  },
  {
    value: 'branch',
    label: 'Halt this branch',
    about: 'Other branches go on and decide how the execution ends',
    flags: { failPipeline: false, continuePipeline: false, completeOtherBranchesThenFail: false },
  },
  {
    value: 'branchThenFail',
    label: 'Halt this branch, fail once others are done',
    about: 'Other branches go on; the execution fails in the end',
    flags: { failPipeline: false, continuePipeline: false, completeOtherBranchesThenFail: true },
  },
  {
    value: 'ignore',
    label: 'Ignore the failure',
    about: 'What depends on it runs all the same',
    flags: { failPipeline: false, continuePipeline: true, completeOtherBranchesThenFail: false },
  },
] as const;

/** The failure mode that a stage's flags mean. */
export function failureMode(stage: StageConfig): (typeof FAILURE_MODES)[number]['value'] {
  if (stage['continuePipeline'] === true) return 'ignore';
  if (stage['completeOtherBranchesThenFail'] === true) return 'branchThenFail';
  return stage['failPipeline'] === false ? 'branch' : 'halt';
}
