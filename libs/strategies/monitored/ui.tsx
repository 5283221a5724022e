import { FieldGrid, NumberField, WordsField } from '@gennaker/ui/fields';
import { defineStrategyUi, list } from '@gennaker/ui/stage-ui';
import { KeptServerGroupsField, ScaleDownFields } from '@gennaker/ui/strategy-fields';
import { TrafficRulesFields } from '@gennaker/ui/traffic-rules-fields';
import { monitoredProblems, monitoredSchema } from './schema.ts';

export default defineStrategyUi({
  type: 'monitored',
  label: 'Monitored: in steps, each judged',
  description: 'The new server group grows in steps, each judged by its traffic; the first bad verdict takes it back',
  schema: monitoredSchema,
  contradictions: monitoredProblems,
  Form: (props) => {
    const { cluster, onChange, problem, firstProblem } = props;
    return (
      <FieldGrid>
        <WordsField
          label="Steps"
          help="Per cent of the size, rising; 100 follows by itself"
          value={list(cluster['deploySteps'] ?? [10, 50]).map(String)}
          error={firstProblem('deploySteps')}
          onChange={(words) => onChange({ deploySteps: words.map(Number).filter((step) => step > 0) })}
        />
        <NumberField
          label="Each step is watched for"
          suffix=" s"
          value={cluster['analysisSeconds'] ?? 60}
          error={problem('analysisSeconds')}
          onChange={(analysisSeconds) => onChange({ analysisSeconds })}
        />
        <TrafficRulesFields value={cluster} onChange={onChange} problem={problem} />
        <KeptServerGroupsField {...props} />
        <ScaleDownFields {...props} />
      </FieldGrid>
    );
  },
});
