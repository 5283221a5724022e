import { CheckField, FieldGrid, NumberField, SegmentField, TextField, Wide } from '@gennaker/ui/fields';
import { RowsField } from '@gennaker/ui/rows-field';
import { defineStrategyUi, isOn, list, object, text } from '@gennaker/ui/stage-ui';
import { ScaleDownFields } from '@gennaker/ui/strategy-fields';
import { TrafficRulesFields } from '@gennaker/ui/traffic-rules-fields';
import { canaryProblems, canarySchema } from './schema.ts';

const judged = (step: Readonly<Record<string, unknown>>): boolean =>
  isOn(step['judgment']) || Object.keys(object(step['judgment'])).length > 0;

const FIRST = [{ percentage: 10 }, { percentage: 50 }];

export default defineStrategyUi({
  type: 'canary',
  label: 'Canary: a small share first',
  description: 'The new server group gets a growing share of the traffic while it goes well, else it is taken back',
  schema: canarySchema,
  contradictions: canaryProblems,
  Form: (props) => {
    const { cluster, onChange, problem } = props;
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
        <TrafficRulesFields value={canary} onChange={set} problem={(field) => problem(`canary.${field}`)} />
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
                  error={problem(`canary.steps.${index}.percentage`)}
                  onChange={(percentage) => patch({ percentage })}
                />
                <NumberField
                  label={`Watched in step ${index + 1} for`}
                  suffix=" s"
                  value={step['waitSeconds'] ?? 60}
                  error={problem(`canary.steps.${index}.waitSeconds`)}
                  onChange={(waitSeconds) => patch({ waitSeconds })}
                />
                <CheckField
                  label={`A person judges step ${index + 1}`}
                  value={judged(step)}
                  onChange={(judgment) => patch({ judgment })}
                />
                {judged(step) ? (
                  <TextField
                    label={`What is asked in step ${index + 1}`}
                    placeholder="Shall it get more?"
                    value={object(step['judgment'])['instructions']}
                    onChange={(instructions) =>
                      patch({ judgment: instructions ? { ...object(step['judgment']), instructions } : true })
                    }
                  />
                ) : null}
              </>
            )}
          </RowsField>
        </Wide>
        <ScaleDownFields {...props} />
      </FieldGrid>
    );
  },
});
