import { CheckField, NumberField, TextField } from './fields.tsx';
import { RowsField } from './rows-field.tsx';
import { type JsonObject, object, text } from './stage-ui.tsx';

/** Shortest time that a schedule may be on, s. */
const SHORTEST_SEC = 300;
const MINUTE_SEC = 60;

/** Times at which a group has at least so many instances. `schedules`: by name, as autoscaling policies have them. */
export function SchedulesField({
  schedules,
  onChange,
}: {
  readonly schedules: JsonObject;
  readonly onChange: (schedules: JsonObject | undefined) => void;
}) {
  const rows = Object.entries(schedules).map(([name, schedule]) => ({ ...object(schedule), name }));
  return (
    <RowsField
      what="schedule"
      rows={rows}
      fresh={{ name: freeName(schedules), minRequiredReplicas: 1, schedule: '0 8 * * 1-5', durationSec: 3_600 }}
      onChange={(changed) => {
        const named = changed.map(({ name, ...schedule }) => [text(name), schedule] as const);
        // Two of one name would become one while somebody types.
        if (new Set(named.map(([name]) => name)).size < named.length) return;
        onChange(named.length > 0 ? Object.fromEntries(named) : undefined);
      }}
    >
      {(row, index, set) => (
        <>
          <TextField
            label={`Name of schedule ${index + 1}`}
            required
            value={row['name']}
            onChange={(name) => set({ name: name ?? '' })}
          />
          <NumberField
            label={`At least in schedule ${index + 1}`}
            suffix=" instances"
            value={row['minRequiredReplicas']}
            onChange={(minRequiredReplicas) => set({ minRequiredReplicas })}
          />
          <TextField
            label={`Starts of schedule ${index + 1}`}
            required
            help="Minute, hour, day, month and weekday, as cron has them"
            value={row['schedule']}
            onChange={(schedule) => set({ schedule: schedule ?? '' })}
          />
          <NumberField
            label={`Duration of schedule ${index + 1}`}
            suffix=" min"
            min={SHORTEST_SEC / MINUTE_SEC}
            value={typeof row['durationSec'] === 'number' ? row['durationSec'] / MINUTE_SEC : row['durationSec']}
            onChange={(minutes) => set({ durationSec: minutes === undefined ? undefined : minutes * MINUTE_SEC })}
          />
          <TextField
            label={`Time zone of schedule ${index + 1}`}
            placeholder="UTC"
            value={row['timeZone']}
            onChange={(timeZone) => set({ timeZone })}
          />
          <CheckField
            label={`Schedule ${index + 1} is off`}
            value={row['disabled'] === true}
            onChange={(disabled) => set({ disabled: disabled ? true : undefined })}
          />
        </>
      )}
    </RowsField>
  );
}

/** What is wrong with schedules, in short. */
export function scheduleProblems(schedules: JsonObject): string[] {
  return Object.entries(schedules).flatMap(([name, described]) => {
    const { schedule, durationSec, minRequiredReplicas: least } = object(described);
    return [
      ...(name === '' ? ['name each schedule'] : []),
      ...(/^\s*\S+(\s+\S+){4,5}\s*$/.test(text(schedule))
        ? []
        : [`schedule ${name}: starts have five fields, as cron`]),
      ...(typeof durationSec === 'number' && durationSec < SHORTEST_SEC
        ? [`schedule ${name}: it is on for 5 min at least`]
        : []),
      ...(durationSec === undefined ? [`schedule ${name}: say for how long it is on`] : []),
      ...(least === undefined ? [`schedule ${name}: say how many instances it asks for`] : []),
    ];
  });
}

function freeName(schedules: JsonObject): string {
  let number = Object.keys(schedules).length + 1;
  while (Object.hasOwn(schedules, `schedule-${number}`)) number++;
  return `schedule-${number}`;
}
