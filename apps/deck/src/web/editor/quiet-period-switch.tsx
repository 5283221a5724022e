import { Switch } from '@mantine/core';
import { formatInstant } from '@gennaker/ui/time';
import { useQuietPeriod } from '../queries/quiet-period.ts';

function described(period: ReturnType<typeof useQuietPeriod>['data']): string {
  const what = 'While a quiet period lasts, triggers of the types that it names start nothing';
  if (!period) return what;
  if (!period.enabled) return `${what}. None is configured now: gennaker.yml has one under quietPeriod`;
  return `${what}: ${formatInstant(period.startTime)} to ${formatInstant(period.endTime)}`;
}

/** Whether a quiet period of the configuration keeps triggers from starting the pipeline. */
export function QuietPeriodSwitch({
  respects,
  onChange,
}: {
  readonly respects: boolean;
  readonly onChange: (respects: boolean) => void;
}) {
  return (
    <Switch
      label="Respect the quiet period"
      description={described(useQuietPeriod().data)}
      checked={respects}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
