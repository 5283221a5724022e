import { OptionField, SwitchField, TextField } from '@gennaker/ui/fields';
import { FindImageIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, isOn, list, object, text } from '@gennaker/ui/stage-ui';
import { clusterDefaults, ClusterFields, targetProblems } from '@gennaker/ui/target-fields';
import { findImageSchema } from './schema.ts';

const STRATEGIES = [
  { value: 'NEWEST', label: 'The newest server group' },
  { value: 'OLDEST', label: 'The oldest server group' },
  { value: 'LARGEST', label: 'The largest server group' },
  { value: 'FAIL', label: 'The only one; fails if there are several' },
] as const;

export default defineStageUi({
  type: 'findImage',
  label: 'Find image from cluster',
  description: 'Finds the image that a cluster runs, for the stages after it',
  group: 'Build and deploy',
  icon: FindImageIcon,
  schema: findImageSchema,
  defaults: () => ({ ...clusterDefaults(), selectionStrategy: 'NEWEST', onlyEnabled: true }),
  summary: (stage) => (text(stage['cluster']) ? `what ${text(stage['cluster'])} runs` : ''),
  problems: targetProblems,
  Form: (props) => {
    const { stage, onChange } = props;
    return (
      <ClusterFields {...props}>
        <OptionField
          label="Whose image"
          value={text(stage['selectionStrategy']) || 'NEWEST'}
          options={STRATEGIES}
          onChange={(selectionStrategy) => onChange({ selectionStrategy })}
        />
        <SwitchField
          label="Only server groups that serve"
          value={stage['onlyEnabled'] === undefined || isOn(stage['onlyEnabled'])}
          onChange={(onlyEnabled) => onChange({ onlyEnabled })}
        />
        <TextField
          label="Image name"
          mono
          help="A regular expression for the whole name; empty: any"
          value={stage['imageNamePattern']}
          onChange={(imageNamePattern) => onChange({ imageNamePattern })}
        />
        <SwitchField
          label="Use another region's image where one has none"
          value={isOn(stage['resolveMissingLocations'])}
          onChange={(on) => onChange({ resolveMissingLocations: on || undefined })}
        />
      </ClusterFields>
    );
  },
  Details: ({ stage }) => (
    <Facts
      of={list(stage.context['amiDetails'])
        .map(object)
        .map((one): [string, string] => [
          text(one['region']),
          `${text(one['imageName'])}${text(one['sourceServerGroup']) ? `, of ${text(one['sourceServerGroup'])}` : ''}`,
        ])}
    />
  ),
});
