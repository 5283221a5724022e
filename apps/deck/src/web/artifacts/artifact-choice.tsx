import { MultiSelect } from '@mantine/core';
import { shared } from '@gennaker/ui/fields';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { text } from '@gennaker/ui/stage-ui';
import { expectationName } from './artifact-words.ts';

/** Some of the artifacts that a pipeline expects, by their names; ids of none of them stay visible. */
export function ArtifactChoice({
  label,
  help,
  expected,
  value,
  onChange,
}: {
  readonly label: string;
  readonly help: string;
  readonly expected: readonly JsonObject[];
  readonly value: readonly string[];
  readonly onChange: (ids: string[]) => void;
}) {
  const known = expected
    .map((each, index) => ({ value: text(each['id']), label: expectationName(each, index) }))
    .filter((each) => each.value !== '');
  const lost = value.filter((id) => !known.some((each) => each.value === id));
  return (
    <MultiSelect
      {...shared({
        label,
        help,
        placeholder: value.length > 0 ? '' : 'None',
        error: lost.length > 0 ? `The pipeline expects no artifact ${lost.join(', ')}` : undefined,
      })}
      data={[...known, ...lost.map((id) => ({ value: id, label: id }))]}
      value={[...value]}
      clearable={false}
      onChange={onChange}
    />
  );
}
