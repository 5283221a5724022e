import { ChoiceField, FieldGrid, NumberField, PairsField, SegmentField, Wide, WordsField } from '@gennaker/ui/fields';
import { LaunchConfigIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, object, strings, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { updateLaunchConfigStageSchema } from './schema.ts';

/** How those that run are replaced. */
function Replacement({ stage, onChange }: Pick<StageFormProps, 'stage' | 'onChange'>) {
  const policy = object(stage['updatePolicy']);
  const proactive = policy['type'] === 'PROACTIVE';
  const amount = (label: string, key: string, help: string) => (
    <NumberField
      label={label}
      help={help}
      value={object(policy[key])['fixed']}
      onChange={(fixed) =>
        onChange({ updatePolicy: { ...policy, [key]: fixed === undefined ? undefined : { fixed } } })
      }
    />
  );
  return (
    <>
      <SegmentField
        label="Instances that run"
        value={proactive ? 'PROACTIVE' : 'OPPORTUNISTIC'}
        options={[
          { value: 'OPPORTUNISTIC', label: 'Stay' },
          { value: 'PROACTIVE', label: 'Are replaced' },
        ]}
        help={proactive ? 'Step by step; the stage ends when all are replaced' : 'Each changes when it is next made'}
        onChange={(type) => onChange({ updatePolicy: { ...policy, type } })}
      />
      {proactive
        ? amount(
            'More at once',
            'maxSurge',
            'Instances above the size while it replaces; in a regional group 0, or one for each zone at least',
          )
        : null}
      {proactive
        ? amount(
            'Missing at once',
            'maxUnavailable',
            'Instances below the size while it replaces; in a regional group 0, or one for each zone at least',
          )
        : null}
    </>
  );
}

function Form(props: StageFormProps) {
  const { stage, onChange } = props;
  const live = useLiveData();
  const account = text(stage['credentials']) || undefined;
  return (
    <div className="gk-rows">
      <TargetFields {...props} verb="change" />
      <FieldGrid>
        <ChoiceField
          label="Image"
          placeholder="As it is"
          value={stage['image']}
          choices={live.useImages(account)}
          onChange={(image) => onChange({ image })}
        />
        <ChoiceField
          label="Instance type"
          placeholder="As it is"
          value={stage['instanceType']}
          choices={live.useInstanceTypes(account)}
          onChange={(instanceType) => onChange({ instanceType })}
        />
        <WordsField
          label="Network tags"
          help="Empty: as they are"
          value={strings(stage['tags'])}
          onChange={(tags) => onChange({ tags: tags.length > 0 ? tags : undefined })}
        />
        <Replacement stage={stage} onChange={onChange} />
        <Wide>
          <PairsField
            label="Metadata"
            help="What is not named stays as it is"
            add="Add metadata"
            value={object(stage['instanceMetadata'])}
            onChange={(instanceMetadata) => onChange({ instanceMetadata })}
          />
        </Wide>
      </FieldGrid>
    </div>
  );
}

export default defineStageUi({
  type: 'updateLaunchConfig',
  label: 'Update launch configuration',
  description: 'Changes what instances are made of; on request it replaces them step by step',
  group: 'Size and instances',
  icon: LaunchConfigIcon,
  schema: updateLaunchConfigStageSchema,
  defaults: () => ({ ...targetDefaults('current_asg_dynamic'), updatePolicy: { type: 'OPPORTUNISTIC' } }),
  summary: targetSummary,
  problems: targetProblems,
  Form,
  Details: TargetDetails,
});
