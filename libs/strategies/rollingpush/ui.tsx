import { FieldGrid, NumberField } from '@gennaker/ui/fields';
import { defineStrategyUi, object } from '@gennaker/ui/stage-ui';

export default defineStrategyUi({
  type: 'rollingpush',
  label: 'Rolling push: replace the instances',
  description: 'The server group stays; its instances are replaced, new ones before old ones go',
  Form: ({ cluster, onChange }) => {
    const termination = object(cluster['termination']);
    const set = (patch: Record<string, unknown>): void => onChange({ termination: { ...termination, ...patch } });
    return (
      <FieldGrid>
        <NumberField
          label="Instances at a time"
          help="In a region at least one for each zone"
          min={1}
          value={termination['concurrentRelaunches'] ?? 1}
          onChange={(concurrentRelaunches) => set({ concurrentRelaunches })}
        />
      </FieldGrid>
    );
  },
});
