import { ChoiceField, FieldGrid } from '@gennaker/ui/fields';
import { DestroyIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { AccountField, placeDefaults, placeProblems, RegionField } from '@gennaker/ui/place-fields';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { deleteLoadBalancerStageSchema } from './schema.ts';

function Form({ stage, onChange }: StageFormProps) {
  const account = text(stage['credentials']) || undefined;
  return (
    <FieldGrid>
      <AccountField stage={stage} onChange={onChange} />
      <RegionField stage={stage} onChange={onChange} help="global for those of the whole world" />
      <ChoiceField
        label="Load balancer"
        required
        help="Nothing may be behind it any more"
        value={stage['loadBalancerName']}
        choices={useLiveData().useLoadBalancers(account, text(stage['region']) || undefined)}
        onChange={(loadBalancerName) => onChange({ loadBalancerName: loadBalancerName ?? '' })}
      />
    </FieldGrid>
  );
}

export default defineStageUi({
  type: 'deleteLoadBalancer',
  label: 'Delete load balancer',
  description: 'Deletes a load balancer that has nothing behind it any more',
  group: 'Network',
  icon: DestroyIcon,
  schema: deleteLoadBalancerStageSchema,
  defaults: () => ({ ...placeDefaults(), loadBalancerName: '' }),
  summary: (stage) => text(stage['loadBalancerName']),
  problems: (stage) => [
    ...(text(stage['loadBalancerName']) ? [] : ['choose a load balancer']),
    ...placeProblems(stage),
  ],
  Form,
});
