import { capacityWords } from '@gennaker/ui/capacity-words';
import { ChoiceField, FieldGrid, TextField } from '@gennaker/ui/fields';
import { ResizeIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { Facts } from '@gennaker/ui/panels';
import type { JsonObject, StageConfig, StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, object, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { stageSchema } from './schema.ts';

/** The server group that pipelines from Spinnaker name outright; undefined: the stage has a target. */
function sourceOf(stage: StageConfig): JsonObject | undefined {
  return stage['source'] === undefined ? undefined : object(stage['source']);
}

const accountOf = (source: JsonObject): string => text(source['credentials']) || text(source['account']);
const nameOf = (source: JsonObject): string => text(source['serverGroupName']) || text(source['asgName']);

function SourceFields({ source, set }: { readonly source: JsonObject; readonly set: (patch: JsonObject) => void }) {
  const live = useLiveData();
  const account = accountOf(source);
  return (
    <FieldGrid>
      <TextField
        label="Server group"
        required
        mono
        value={nameOf(source)}
        onChange={(name) => set({ serverGroupName: name, asgName: undefined })}
      />
      <ChoiceField
        label="Account"
        required
        value={account}
        choices={live.useAccounts()}
        onChange={(next) => set({ credentials: next, account: undefined })}
      />
      <ChoiceField
        label="Region"
        required
        value={source['region']}
        choices={live.useRegions(account || undefined)}
        onChange={(region) => set({ region })}
      />
    </FieldGrid>
  );
}

function Form(props: StageFormProps) {
  const source = sourceOf(props.stage);
  if (!source) return <TargetFields {...props} verb="capture" />;
  return (
    <SourceFields
      source={source}
      set={(patch) =>
        props.onChange({
          source: Object.fromEntries(
            Object.entries({ ...source, ...patch }).filter(([, value]) => value !== undefined),
          ),
        })
      }
    />
  );
}

function Details(props: StageDetailsProps) {
  const snapshot = object(props.stage.outputs['sourceServerGroupCapacitySnapshot']);
  return (
    <>
      <TargetDetails {...props} />
      <Facts of={[[`Size of ${text(snapshot['serverGroupName']) || 'it'}`, capacityWords(snapshot)]]} />
    </>
  );
}

export default defineStageUi({
  type: 'captureSourceServerGroupCapacity',
  label: 'Capture source capacity',
  description: 'Remembers how large a server group is, for the one that takes over from it',
  group: 'Size and instances',
  icon: ResizeIcon,
  schema: stageSchema,
  defaults: () => targetDefaults('current_asg_dynamic'),
  summary: (stage) => {
    const source = sourceOf(stage);
    return source ? nameOf(source) : targetSummary(stage);
  },
  problems: (stage) => {
    const source = sourceOf(stage);
    if (!source) return targetProblems(stage);
    return [
      ...(nameOf(source) ? [] : ['name the server group']),
      ...(accountOf(source) ? [] : ['choose an account']),
      ...(text(source['region']) ? [] : ['choose a region']),
    ];
  },
  Form,
  Details,
});
