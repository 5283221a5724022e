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
        value={value['job']}
        choices={live.useJobs(master)}
        onChange={(job) => onChange({ job: job ?? '' })}
      />
    </>
  );
}
