import { NumberField, SegmentField, SwitchField } from './fields.tsx';
import type { JsonObject } from './stage-ui.tsx';
import { isOn } from './stage-ui.tsx';

/** What of the restored server group is done. */
const EXTENTS = [
  { value: 'whole', label: 'Enable, resize, disable' },
  { value: 'enableAndDisableOnly', label: 'Enable, disable' },
  { value: 'disableOnly', label: 'Disable only' },
] as const;

/** How far a rollback to an existing server group goes, and which may be restored. `set` merges into `settings`. */
export function RollbackExtentFields({
  settings,
  set,
}: {
  readonly settings: JsonObject;
  readonly set: (patch: JsonObject) => void;
}) {
  const extent = EXTENTS.find(({ value }) => isOn(settings[value]))?.value ?? 'whole';
  return (
    <>
      <SegmentField
        label="What is done"
        value={extent}
        options={EXTENTS}
        onChange={(next) =>
          set({
            enableAndDisableOnly: next === 'enableAndDisableOnly' || undefined,
            disableOnly: next === 'disableOnly' || undefined,
          })
        }
      />
      <SwitchField
        label="Only what serves now"
        help="Nothing that is disabled is restored"
        value={isOn(settings['onlyEnabledServerGroups'])}
        onChange={(on) => set({ onlyEnabledServerGroups: on || undefined })}
      />
    </>
  );
}

/** How healthy the restored one must be, and how long both serve, before the newer one is disabled. */
export function RollbackPaceFields({
  percentage,
  onPercentage,
  seconds,
  onSeconds,
}: {
  readonly percentage: unknown;
  readonly onPercentage: (percentage: number | undefined) => void;
  readonly seconds: unknown;
  readonly onSeconds: (seconds: number | undefined) => void;
}) {
  return (
    <>
      <NumberField
        label="Healthy"
        suffix=" %"
        max={100}
        help="Before the newer one is disabled; empty: all of a small group, nearly all of a large one"
        value={percentage}
        onChange={onPercentage}
      />
      <NumberField label="Both serve for" suffix=" s" placeholder="0 s" value={seconds} onChange={onSeconds} />
    </>
  );
}
