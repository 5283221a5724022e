import { jobName } from '@gennaker/contracts/jenkins-job';
import { ChoiceField } from './fields.tsx';
import { useLiveData } from './live-data.tsx';
import { text } from './stage-ui.tsx';

/** Which job of which Jenkins. */
export function JenkinsJobFields({
  value,
  onChange,
}: {
  readonly value: Readonly<Record<string, unknown>>;
  readonly onChange: (changes: { readonly master?: string; readonly job?: string }) => void;
}) {
  const live = useLiveData();
  const master = text(value['master']) || undefined;
  const jobs = live.useJobs(master);
  const job = text(value['job']);
  // A name that is still being written stays as it is: only that of a job is shown as the list has it.
  const shown = jobs.options.some((option) => option.value === jobName(job)) ? jobName(job) : job;
  return (
    <>
      <ChoiceField
        label="Jenkins"
        required
        value={master}
        choices={live.useMasters()}
        onChange={(next) => onChange({ master: next ?? '' })}
      />
      <ChoiceField
        label="Job"
        required
        value={shown}
        choices={jobs}
        onChange={(next) => onChange({ job: next ?? '' })}
      />
    </>
  );
}
