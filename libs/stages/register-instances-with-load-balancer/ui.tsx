import { ChoicesField } from '@gennaker/ui/fields';
import { EnableIcon } from '@gennaker/ui/icons';
import { InstanceFields, instanceProblems, instanceSummary } from '@gennaker/ui/instance-fields';
import { useLiveData } from '@gennaker/ui/live-data';
import { placeDefaults } from '@gennaker/ui/place-fields';
import { defineStageUi, strings, text } from '@gennaker/ui/stage-ui';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  type: 'registerInstancesWithLoadBalancer',
  label: 'Register instances with load balancer',
  description: 'Puts single instances behind load balancers',
  group: 'Network',
  icon: EnableIcon,
  schema: stageSchema,
  defaults: () => ({ ...placeDefaults(), instanceIds: [], loadBalancerNames: [] }),
  summary: instanceSummary,
  problems: (stage) => [
    ...instanceProblems(stage),
    ...(strings(stage['loadBalancerNames']).length > 0 ? [] : ['choose a load balancer']),
  ],
  Form: (props) => {
    const { stage, onChange } = props;
    const account = text(stage['credentials']) || undefined;
    const balancers = useLiveData().useLoadBalancers(account, text(stage['region']) || undefined);
    return (
      <InstanceFields {...props}>
        <ChoicesField
          label="Load balancers"
          required
          help="Of type NETWORK: others know server groups only"
          value={strings(stage['loadBalancerNames'])}
          choices={balancers}
          onChange={(loadBalancerNames) => onChange({ loadBalancerNames })}
        />
      </InstanceFields>
    );
  },
});
