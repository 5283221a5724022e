import { FieldGrid, WordsField } from '@gennaker/ui/fields';
import { TagIcon } from '@gennaker/ui/icons';
import { defineStageUi, strings } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { upsertServerGroupTagsStageSchema } from './schema.ts';

export default defineStageUi({
  type: 'upsertServerGroupTags',
  label: 'Set network tags',
  description: 'Sets the network tags of instances, by which firewalls know them',
  group: 'Network',
  icon: TagIcon,
  schema: upsertServerGroupTagsStageSchema,
  defaults: () => ({ ...targetDefaults('current_asg_dynamic'), tags: [] }),
  summary: targetSummary,
  problems: targetProblems,
  Form: (props) => {
    const { stage, onChange } = props;

    return (
      <div className="gk-rows">
        <TargetFields {...props} verb="tag" />
        <FieldGrid>
          <WordsField
            label="Network tags"
            help="All that the instances shall have; others are taken away"
            value={strings(stage['tags'])}
            onChange={(tags) => onChange({ tags })}
          />
        </FieldGrid>
      </div>
    );
  },
  Details: TargetDetails,
});
