import { FieldGrid, SegmentField, TextField, Wide } from '@gennaker/ui/fields';
import type { StrategyFormProps } from '@gennaker/ui/stage-ui';
import { defineStrategyUi, object, text } from '@gennaker/ui/stage-ui';
import { PipelineFields, ScaleDownFields, WaitBeforeDisableField } from '@gennaker/ui/strategy-fields';
import { rollingRedblackSchema } from './schema.ts';

const KEYS = {
  application: 'application',
  pipeline: 'pipelineId',
  help: 'Its id, or its name. It is told both server groups and how far it is; its failure ends the deploy',
} as const;

/** Percentages as people write them: "25, 50". */
const written = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : '');
const read = (words: string | undefined): number[] =>
  (words ?? '').split(/[^0-9]+/).flatMap((part) => (part === '' ? [] : [Number(part)]));

/** The pipeline that looks at each step before the old one loses traffic. */
function Between({ cluster, onChange, problem }: StrategyFormProps) {
  const before = object(cluster['pipelineBeforeCleanup']);
  const on = 'pipelineId' in before;
  return (
    <>
      <Wide>
        <SegmentField
          label="Looks at each step before the old one loses traffic"
          value={on ? 'pipeline' : 'nobody'}
          options={[
            { value: 'nobody', label: 'Nobody' },
            { value: 'pipeline', label: 'A pipeline' },
          ]}
          onChange={(next) => onChange({ pipelineBeforeCleanup: next === 'pipeline' ? { pipelineId: '' } : undefined })}
        />
      </Wide>
      {on ? (
        <PipelineFields
          value={before}
          keys={KEYS}
          onChange={(patch) =>
            onChange({
              pipelineBeforeCleanup: {
                ...before,
                ...('pipelineId' in patch ? { pipelineId: text(patch['pipelineId']) } : patch),
              },
            })
          }
          problem={(field) => problem(`pipelineBeforeCleanup.${field}`)}
        />
      ) : null}
    </>
  );
}

export default defineStrategyUi({
  type: 'rollingredblack',
  label: 'Rolling red/black: take over in steps',
  description: 'The new server group grows in steps to the size of the old one, which loses as much traffic after each',
  schema: rollingRedblackSchema,
  Form: (props) => (
    <FieldGrid>
      <TextField
        label="Steps in per cent"
        placeholder="25, 50"
        help="100 comes last in any case"
        value={written(props.cluster['targetPercentages'])}
        error={props.firstProblem('targetPercentages')}
        onChange={(words) => props.onChange({ targetPercentages: read(words) })}
      />
      <WaitBeforeDisableField {...props} own="delayBeforeCleanup" label="Wait at each step" />
      <Between {...props} />
      <ScaleDownFields {...props} />
    </FieldGrid>
  ),
});
