import { FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { ScheduleIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { Note } from '@gennaker/ui/panels';
import type { TriggerFormProps } from '@gennaker/ui/stage-ui';
import { defineTriggerUi, object, text } from '@gennaker/ui/stage-ui';
import { cronTriggerSchema } from './schema.ts';

/** A moment on the clocks of a time zone: `Mon 30 Nov 2026, 10:00:00`. */
function onTheClock(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'medium' }).format(at);
}

/** What the schedule means and its next runs, or what is wrong with it. */
function NextRuns({ trigger }: Pick<TriggerFormProps, 'trigger'>) {
  const expression = text(trigger['cronExpression']).trim();
  const { times, problem } = useLiveData().useSchedule(
    expression === ''
      ? undefined
      : { expression, timezone: text(trigger['timezone']).trim(), triggerId: text(trigger['id']) },
  );
  if (problem) return <Note look="failed" title={problem.message} next={problem.fix} />;
  if (!times) return null;
  const spread = /(^|[\s,])h/i.test(expression) && text(trigger['id']) === '';
  return (
    <section aria-label="Next runs" style={{ fontSize: 13 }}>
      <p className="gk-muted" style={{ margin: 0 }}>
        {times.description}, in {times.timezone}
        {spread ? '; what H stands for is settled when the pipeline is saved' : ''}
      </p>
      <ol className="gk-mono" style={{ margin: '6px 0 0', paddingLeft: 22 }}>
        {times.next.map((at) => (
          <li key={at}>
            <time dateTime={new Date(at).toISOString()}>{onTheClock(at, times.timezone)}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Form({ trigger, onChange }: TriggerFormProps) {
  return (
    <FieldGrid>
      <TextField
        label="Schedule"
        required
        mono
        placeholder="0 0 10 ? * MON-FRI"
        help="Second, minute, hour, day of month, month, day of week; H spreads the load"
        value={trigger['cronExpression']}
        onChange={(cronExpression) => onChange({ cronExpression: cronExpression ?? '' })}
      />
      <TextField
        label="Time zone"
        placeholder="Europe/Berlin"
        help="Empty: the one of the configuration"
        value={trigger['timezone']}
        onChange={(timezone) => onChange({ timezone })}
      />
      <Wide>
        <NextRuns trigger={trigger} />
      </Wide>
      <Wide>
        <PairsField
          label="Parameters"
          help="For the parameters of the pipeline; the others have their defaults"
          add="Add parameter"
          value={object(trigger['parameters'])}
          onChange={(parameters) => onChange({ parameters })}
        />
      </Wide>
    </FieldGrid>
  );
}

export default defineTriggerUi({
  type: 'cron',
  label: 'Schedule',
  description: 'Starts at the times of a schedule',
  icon: ScheduleIcon,
  schema: cronTriggerSchema,
  defaults: () => ({ cronExpression: '0 0 10 ? * MON-FRI' }),
  summary: (trigger) => [text(trigger['cronExpression']), text(trigger['timezone'])].filter(Boolean).join(' '),
  sentence: (trigger) => `Schedule ${text(trigger['cronExpression'])}`.trim(),
  Form,
});
