import { ChoicesField } from './fields.tsx';
import { InstanceFields, instanceProblems, instanceSummary } from './instance-fields.tsx';
import { useLiveData } from './live-data.tsx';
import { placeDefaults } from './place-fields.tsx';
import { type StageUi, strings, text } from './stage-ui.tsx';

/** What the forms of single instances and their load balancers have in common: everything but their words. */
export const balancedInstances: Pick<StageUi, 'defaults' | 'summary' | 'problems' | 'Form'> = {
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
};
