import { FieldGrid, SwitchField, TextAreaField, Wide, WordsField } from '@gennaker/ui/fields';
import { HandIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { Chip } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { choicesOf, manualJudgmentSchema } from './schema.ts';

/** The choices that a judge gets; none where they are not written as they should be. */
function inputsOf(value: unknown): string[] {
  const parsed = manualJudgmentSchema.shape.judgmentInputs.safeParse(value);
  return parsed.success ? choicesOf(parsed.data) : [];
}

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
          ['Instructions', status ? text(stage.context['instructions']) : undefined],
        ]}
      />
    );
  },
});
