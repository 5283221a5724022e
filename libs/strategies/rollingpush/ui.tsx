import { FieldGrid, NumberField, SwitchField } from '@gennaker/ui/fields';
import { defineStrategyUi, isOn, object } from '@gennaker/ui/stage-ui';
import { rollingpushProblems, rollingpushSchema } from './schema.ts';

export default defineStrategyUi({
  type: 'rollingpush',
  label: 'Rolling push: replace the instances',
  description: 'The server group stays; its instances are replaced, new ones before old ones go',
  schema: rollingpushSchema,
  contradictions: rollingpushProblems,
  inPlace: true,
  Form: ({ cluster, onChange, problem }) => {
    const termination = object(cluster['termination']);
    const set = (patch: Record<string, unknown>): void => onChange({ termination: { ...termination, ...patch } });
    return (
      <FieldGrid>
        <NumberField
          label="Instances at a time"
          help="In a region at least one for each zone"
          min={1}
          value={termination['concurrentRelaunches'] ?? 1}
          error={problem('termination.concurrentRelaunches')}
          onChange={(concurrentRelaunches) => set({ concurrentRelaunches })}
        />
        <SwitchField
          label="Replace the instances that run"
          help="Otherwise only those that are made from now on are of the new version"
          value={termination['relaunchAllInstances'] === undefined || isOn(termination['relaunchAllInstances'])}
          onChange={(relaunchAllInstances) => set({ relaunchAllInstances })}
        />
      </FieldGrid>
    );
  },
});
