import {
  FieldGrid,
  NumberField,
  OptionField,
  SwitchField,
  TextAreaField,
  TextField,
  Wide,
  WordsField,
} from '@gennaker/ui/fields';
import { HandIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, list, object, strings, text } from '@gennaker/ui/stage-ui';
import { Chip } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { choicesOf, manualJudgmentSchema } from './schema.ts';

/** The choices that a judge gets; none where they are not written as they should be. */
function inputsOf(value: unknown): string[] {
  const parsed = manualJudgmentSchema.shape.judgmentInputs.safeParse(value);
  return parsed.success ? choicesOf(parsed.data) : [];
}

const SILENCE = [
  { value: 'stop', label: 'It stops' },
  { value: 'continue', label: 'It goes on' },
] as const;

export default defineStageUi({
  type: 'manualJudgment',
  label: 'Manual judgment',
  description: 'Waits until a person approves or stops',
  group: 'Verify and decide',
  icon: HandIcon,
  schema: manualJudgmentSchema,
  defaults: () => ({ instructions: '', judgmentInputs: [] }),
  summary: (stage) => text(stage['instructions']).split('\n')[0] ?? '',
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <Wide>
        <TextAreaField
          label="Instructions"
          help="What to look at before approving"
          value={stage['instructions']}
          onChange={(instructions) => onChange({ instructions: instructions ?? '' })}
        />
      </Wide>
      <WordsField
        label="Choices"
        help="Offered to the judge; later stages read the answer"
        placeholder="None: approve or stop only"
        value={inputsOf(stage['judgmentInputs'])}
        onChange={(values) => onChange({ judgmentInputs: values.map((value) => ({ value })) })}
      />
      <WordsField
        label="Roles that may answer"
        placeholder="Everybody who may run the pipeline"
        value={strings(stage['selectedStageRoles'])}
        onChange={(roles) => onChange({ selectedStageRoles: roles.length > 0 ? roles : undefined })}
      />
      <NumberField
        label="Approvals"
        help="So many different people must approve"
        min={1}
        value={stage['requiredApprovals'] ?? 1}
        onChange={(count) => onChange({ requiredApprovals: count === 1 ? undefined : count })}
      />
      <TextField
        label="Time to answer"
        help="Minutes, or a moment such as 2030-01-31T12:00:00Z; empty: three days, then it fails"
        value={stage['deadline']}
        onChange={(deadline) => onChange({ deadline, ...(deadline === undefined ? { onDeadline: undefined } : {}) })}
      />
      {stage['deadline'] === undefined ? null : (
        <OptionField
          label="When nobody answers in time"
          value={text(stage['onDeadline']) || 'stop'}
          options={SILENCE}
          onChange={(onDeadline) => onChange({ onDeadline })}
        />
      )}
      <SwitchField
        label="Nobody approves what they started"
        value={stage['allowSelfApproval'] === false}
        onChange={(on) => onChange({ allowSelfApproval: on ? false : undefined })}
      />
      <SwitchField
        label="An answer needs a comment"
        value={stage['requireComment'] === true}
        onChange={(on) => onChange({ requireComment: on || undefined })}
      />
      <SwitchField
        label="Go on as the judge"
        help="Stages after this one run with the rights of whoever approved"
        value={stage['propagateAuthenticationContext'] === true}
        onChange={(on) => onChange({ propagateAuthenticationContext: on || undefined })}
      />
    </FieldGrid>
  ),
  Details: ({ stage }) => {
    const status = text(stage.context['judgmentStatus']);
    return (
      <Facts
        of={[
          [
            'Judgment',
            status === 'continue' ? (
              <Chip look="succeeded">Approved</Chip>
            ) : status === 'stop' ? (
              <Chip look="failed">Stopped</Chip>
            ) : undefined,
          ],
          ['Judge', status ? stage.lastModified?.user : undefined],
          ['When', status && stage.lastModified ? <Ago at={stage.lastModified.lastModifiedTime} /> : undefined],
          ['Choice', text(stage.context['judgmentInput'])],
          ['Comment', text(stage.context['judgmentComment'])],
          [
            'Approved by',
            list(stage.context['approvals'])
              .map((one) => text(object(one)['user']))
              .join(', '),
          ],
          ['Instructions', status ? text(stage.context['instructions']) : undefined],
        ]}
      />
    );
  },
});
