import { ChoiceField, FieldGrid, NumberField, SwitchField, Wide } from '@gennaker/ui/fields';
import { RowsField } from '@gennaker/ui/rows-field';
import { list, object, type JsonObject, type StageConfig } from '@gennaker/ui/stage-ui';
import { Checkbox, Group, TextInput } from '@mantine/core';
import { useState } from 'react';

/** Days as Spinnaker counts them. */
const DAYS = [
  [1, 'Sun'],
  [2, 'Mon'],
  [3, 'Tue'],
  [4, 'Wed'],
  [5, 'Thu'],
  [6, 'Fri'],
  [7, 'Sat'],
] as const;
/** The zone of a window that names none. */
const DEFAULT_ZONE = 'America/Los_Angeles';
const OFFICE_HOURS = { startHour: 9, startMin: 0, endHour: 17, endMin: 0 };

const numberOf = (value: unknown): number => Number(value ?? 0);
const clock = (hour: unknown, minute: unknown): string =>
  `${String(numberOf(hour)).padStart(2, '0')}:${String(numberOf(minute)).padStart(2, '0')}`;

/** Hours and minutes of a clock's text; undefined for anything else. 24:00 is the end of a day. */
function readClock(value: string): readonly [number, number] | undefined {
  const match = /^(\d{1,2}):(\d{2})$/.exec(value.trim());
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2])];
  return match && minute < 60 && (hour < 24 || (hour === 24 && minute === 0)) ? [hour, minute] : undefined;
}

/** When a stage may run: days, hours, their time zone, and a random delay once its window opens. */
export function ExecutionWindow({
  stage,
  onPatch,
}: {
  readonly stage: StageConfig;
  readonly onPatch: (patch: JsonObject) => void;
}) {
  const restricted = stage['restrictExecutionDuringTimeWindow'] === true;
  const window = object(stage['restrictedExecutionWindow']);
  const jitter = object(window['jitter']);
  const days = list(window['days']).map(Number);
  const set = (patch: JsonObject): void => onPatch({ restrictedExecutionWindow: { ...window, ...patch } });
  const setJitter = (patch: JsonObject): void => set({ jitter: { ...jitter, ...patch } });
  return (
    <>
      <SwitchField
        label="Only in certain hours"
        help="The stage waits until its window opens"
        value={restricted}
        onChange={(on) =>
          onPatch({
            restrictExecutionDuringTimeWindow: on,
            ...(on && Object.keys(window).length === 0
              ? { restrictedExecutionWindow: { days: [], whitelist: [OFFICE_HOURS] } }
              : {}),
          })
        }
      />
      {restricted ? (
        <FieldGrid>
          <Wide>
            <Checkbox.Group
              label="Days"
              description="None: every day"
              value={days.map(String)}
              onChange={(chosen) => set({ days: chosen.map(Number).toSorted((a, b) => a - b) })}
            >
              <Group mt={6} gap={14}>
                {DAYS.map(([day, name]) => (
                  <Checkbox key={day} value={String(day)} label={name} />
                ))}
              </Group>
            </Checkbox.Group>
          </Wide>
          <Wide>
            <RowsField
              what="time of day"
              rows={list(window['whitelist']).map(object)}
              fresh={OFFICE_HOURS}
              onChange={(whitelist) => set({ whitelist })}
            >
              {(row, index, change) => <Hours key={index} row={row} number={index + 1} onChange={change} />}
            </RowsField>
          </Wide>
          <ChoiceField
            label="Time zone"
            placeholder={DEFAULT_ZONE}
            value={window['timezone']}
            choices={{ options: Intl.supportedValuesOf('timeZone').map((value) => ({ value })), loading: false }}
            onChange={(timezone) => set({ timezone })}
          />
          <SwitchField
            label="Delay at random"
            help="Pipelines that wait for the same window do not all start at once"
            value={jitter['enabled'] === true}
            onChange={(enabled) =>
              setJitter(enabled ? { minDelay: 0, maxDelay: 600, skipManual: false, ...jitter, enabled } : { enabled })
            }
          />
          {jitter['enabled'] === true ? (
            <>
              <NumberField
                label="Shortest delay"
                suffix=" s"
                value={jitter['minDelay']}
                onChange={(minDelay) => setJitter({ minDelay })}
              />
              <NumberField
                label="Longest delay"
                suffix=" s"
                value={jitter['maxDelay']}
                onChange={(maxDelay) => setJitter({ maxDelay })}
              />
              <SwitchField
                label="Not when started by hand"
                value={jitter['skipManual'] === true}
                onChange={(skipManual) => setJitter({ skipManual })}
              />
            </>
          ) : null}
        </FieldGrid>
      ) : null}
    </>
  );
}

/** From when to when. */
function Hours({
  row,
  number,
  onChange,
}: {
  readonly row: JsonObject;
  readonly number: number;
  readonly onChange: (patch: JsonObject) => void;
}) {
  return (
    <>
      <TimeField
        label={`From, ${number}`}
        value={clock(row['startHour'], row['startMin'])}
        onChange={([startHour, startMin]) => onChange({ startHour, startMin })}
      />
      <TimeField
        label={`To, ${number}`}
        value={clock(row['endHour'], row['endMin'])}
        onChange={([endHour, endMin]) => onChange({ endHour, endMin })}
      />
    </>
  );
}

/** A time of day; what is none is shown as wrong and not stored. */
function TimeField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (time: readonly [number, number]) => void;
}) {
  const [typed, setTyped] = useState<string>();
  return (
    <TextInput
      label={label}
      value={typed ?? value}
      error={typed === undefined || readClock(typed) ? null : 'Write it as 09:30; 24:00 ends a day'}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        const time = readClock(next);
        if (time) onChange(time);
      }}
      onBlur={() => {
        if (typed !== undefined && readClock(typed)) setTyped(undefined);
      }}
    />
  );
}
