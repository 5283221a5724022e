import { TRAFFIC_MONITOR } from '@gennaker/contracts/deployment-monitors';
import { ChoiceField, FieldGrid, NumberField, PairsField, SwitchField, Wide, WordsField } from '@gennaker/ui/fields';
import { useLiveData } from '@gennaker/ui/live-data';
import { defineStrategyUi, isOn, list, object, type StrategyFormProps, text } from '@gennaker/ui/stage-ui';
import { KeptServerGroupsField, ScaleDownFields } from '@gennaker/ui/strategy-fields';
import { TrafficRulesFields } from '@gennaker/ui/traffic-rules-fields';
import { monitoredProblems, monitoredSchema } from './schema.ts';

/** Who judges the steps, and by what. */
function Judgment({ cluster, onChange, problem }: StrategyFormProps) {
  const choices = useLiveData().useDeploymentMonitors();
  const monitor = object(cluster['deploymentMonitor']);
  const id = text(monitor['id']) || TRAFFIC_MONITOR;
  const set = (patch: Record<string, unknown>): void => onChange({ deploymentMonitor: { ...monitor, ...patch } });
  return (
    <>
      <ChoiceField
        label="Judged by"
        help="traffic: what the load balancers count"
        value={id}
        choices={{ ...choices, options: [{ value: TRAFFIC_MONITOR }, ...choices.options] }}
        error={problem('deploymentMonitor.id')}
        onChange={(next) =>
          next && next !== TRAFFIC_MONITOR ? set({ id: next }) : onChange({ deploymentMonitor: undefined })
        }
      />
      {id === TRAFFIC_MONITOR ? (
        <>
          <NumberField
            label="Each step is watched for"
            suffix=" s"
            value={cluster['analysisSeconds'] ?? 60}
            error={problem('analysisSeconds')}
            onChange={(analysisSeconds) => onChange({ analysisSeconds })}
          />
          <TrafficRulesFields value={cluster} onChange={onChange} problem={problem} />
        </>
      ) : (
        <>
          <NumberField
            label="It decides within"
            suffix=" min"
            placeholder="As it is configured"
            value={monitor['maxAnalysisMinutesOverride']}
            error={problem('deploymentMonitor.maxAnalysisMinutesOverride')}
            onChange={(maxAnalysisMinutesOverride) => set({ maxAnalysisMinutesOverride })}
          />
          <SwitchField
            label="Without its verdict the deploy goes on"
            help="When it cannot be asked, or does not decide in time"
            value={monitor['failOnErrorOverride'] !== undefined && !isOn(monitor['failOnErrorOverride'])}
            onChange={(on) => set({ failOnErrorOverride: on ? false : undefined })}
          />
          <Wide>
            <PairsField
              label="What it is told"
              add="Add parameter"
              value={object(monitor['parameters'])}
              onChange={(parameters) => set({ parameters })}
            />
          </Wide>
        </>
      )}
    </>
  );
}

export default defineStrategyUi({
  type: 'monitored',
  label: 'Monitored: in steps, each judged',
  description: 'The new server group grows in steps, each judged by its traffic; the first bad verdict takes it back',
  schema: monitoredSchema,
  contradictions: monitoredProblems,
  Form: (props) => {
    const { cluster, onChange, firstProblem } = props;
    return (
      <FieldGrid>
        <WordsField
          label="Steps"
          help="Per cent of the size, rising; 100 follows by itself"
          value={list(cluster['deploySteps'] ?? [10, 50]).map(String)}
          error={firstProblem('deploySteps')}
          onChange={(words) => onChange({ deploySteps: words.map(Number).filter((step) => step > 0) })}
        />
        <Judgment {...props} />
        <KeptServerGroupsField {...props} />
        <ScaleDownFields {...props} />
      </FieldGrid>
    );
  },
});
