import { CheckField, FieldGrid, NumberField, SegmentField, Wide } from '@gennaker/ui/fields';
import { RowsField } from '@gennaker/ui/rows-field';
import { defineStrategyUi, isOn, list, object, text } from '@gennaker/ui/stage-ui';
import { TrafficRulesFields } from '@gennaker/ui/traffic-rules-fields';

const FIRST = [{ percentage: 10 }, { percentage: 50 }];

export default defineStrategyUi({
  type: 'canary',
  label: 'Canary: a small share first',
  description: 'The new server group gets a growing share of the traffic while it goes well, else it is taken back',
  Form: ({ cluster, onChange }) => {
    const canary = object(cluster['canary']);
    const set = (patch: Record<string, unknown>): void => onChange({ canary: { ...canary, ...patch } });
    const steps = list(canary['steps'] ?? FIRST).map(object);
    return (
      <FieldGrid>
        <SegmentField
          label="Share by"
          value={text(canary['by'] ?? 'traffic')}
          options={[
            { value: 'traffic', label: 'Weight' },
            { value: 'instances', label: 'Instances' },
          ]}
          onChange={(by) => set({ by })}
        />
        <TrafficRulesFields value={canary} onChange={set} />
        <Wide>
          <RowsField
            what="step"
            rows={steps}
            fresh={{ percentage: 75 }}
            onChange={(changed) => set({ steps: changed })}
          >
            {(step, index, patch) => (
              <>
                <NumberField
                  label={`Share in step ${index + 1}`}
                  suffix=" %"
                  min={1}
                  max={99}
                  value={step['percentage']}
                  onChange={(percentage) => patch({ percentage })}
                />
                <NumberField
                  label={`Watched in step ${index + 1} for`}
                  suffix=" s"
                  value={step['waitSeconds'] ?? 60}
                  onChange={(waitSeconds) => patch({ waitSeconds })}
                />
                <CheckField
                  label={`A person judges step ${index + 1}`}
                  value={isOn(step['judgment']) || typeof step['judgment'] === 'object'}
                  onChange={(judgment) => patch({ judgment })}
                />
              </>
            )}
          </RowsField>
        </Wide>
      </FieldGrid>
    );
  },
});
