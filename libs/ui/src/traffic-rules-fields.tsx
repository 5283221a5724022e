import { NumberField, SegmentField } from './fields.tsx';
import type { FieldProblem } from './stage-ui.tsx';
import { object, text } from './stage-ui.tsx';

/** The rules by which a server group's traffic is judged. `value` holds `rules` and `whenUndecided`. */
export function TrafficRulesFields({
  value,
  onChange,
  problem,
}: {
  readonly value: Readonly<Record<string, unknown>>;
  readonly onChange: (patch: Record<string, unknown>) => void;
  readonly problem?: FieldProblem;
}) {
  const rules = object(value['rules']);
  const set = (patch: Record<string, unknown>): void => onChange({ rules: { ...rules, ...patch } });
  const ratio = rules['maxFailureRatio'];
  return (
    <>
      <NumberField
        label="Failed requests, at most"
        suffix=" %"
        min={0}
        max={100}
        error={problem?.('rules.maxFailureRatio')}
        value={ratio === undefined ? 1 : Number(ratio) * 100}
        onChange={(percent) => set({ maxFailureRatio: percent === undefined ? undefined : Number(percent) / 100 })}
      />
      <NumberField
        label="99 of 100 answered within"
        help="Empty: not judged"
        suffix=" ms"
        error={problem?.('rules.maxP99Ms')}
        value={rules['maxP99Ms']}
        onChange={(maxP99Ms) => set({ maxP99Ms })}
      />
      <NumberField
        label="Judged from so many requests on"
        min={1}
        error={problem?.('rules.minRequests')}
        value={rules['minRequests'] ?? 20}
        onChange={(minRequests) => set({ minRequests })}
      />
      <SegmentField
        label="With fewer"
        value={text(value['whenUndecided'] ?? 'fail')}
        options={[
          { value: 'fail', label: 'Take it back' },
          { value: 'goOn', label: 'Go on' },
        ]}
        onChange={(whenUndecided) => onChange({ whenUndecided })}
      />
    </>
  );
}
