import { artifactUis } from '@gennaker/artifacts/ui';
import type { ArtifactField } from '@gennaker/ui/artifact-ui';
import { ChoiceField, FieldGrid, TextField, Wide } from '@gennaker/ui/fields';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { text } from '@gennaker/ui/stage-ui';
import { artifactUiOf } from './artifact-words.ts';
import { useArtifactAccounts, useArtifactNames, useArtifactVersions } from '../queries/artifacts.ts';

const TYPES = artifactUis.flatMap(({ types, label }) => types.map((value) => ({ value, hint: label })));
/** Fields of a type that has no form. */
const ANY: readonly ArtifactField[] = [
  { key: 'name', label: 'Name' },
  { key: 'version', label: 'Version' },
  { key: 'location', label: 'Location' },
  { key: 'reference', label: 'Reference' },
];

interface FieldsProps {
  readonly artifact: JsonObject;
  readonly onChange: (patch: JsonObject) => void;
}

/** What an artifact must look like to be the expected one: each field empty, equal or a regular expression. */
export function MatchFields({ artifact, onChange }: FieldsProps) {
  const type = text(artifact['type']);
  const fields = artifactUiOf(type)?.fields ?? ANY;
  return (
    <FieldGrid>
      <ChoiceField
        label="Type"
        placeholder="Any"
        value={type}
        choices={{ options: TYPES, loading: false }}
        onChange={(next) => onChange({ type: next })}
      />
      {fields.map(({ key, label }) => (
        <TextField
          key={key}
          label={label}
          mono
          placeholder="Any"
          help="The text itself, or a regular expression of all of it"
          value={artifact[key]}
          onChange={(next) => onChange({ [key]: next })}
        />
      ))}
    </FieldGrid>
  );
}

/** An artifact as such: what it is, where it is, and with which account it is fetched. */
export function ArtifactFields({ artifact, onChange }: FieldsProps) {
  const type = text(artifact['type']);
  const account = text(artifact['artifactAccount']);
  const ui = artifactUiOf(type);
  const accounts = useArtifactAccounts(type);
  return (
    <FieldGrid>
      <ChoiceField
        label="Type"
        required
        value={type}
        choices={{ options: TYPES, loading: false }}
        onChange={(next) => onChange({ type: next })}
      />
      {ui?.Form ? null : (
        <ChoiceField
          label="Account"
          help="What it is fetched with; empty: it is only referred to"
          placeholder="None"
          value={account}
          choices={accounts}
          onChange={(artifactAccount) => onChange({ artifactAccount })}
        />
      )}
      {ui?.Form ? (
        <Wide>
          <ui.Form artifact={artifact} onChange={onChange} />
        </Wide>
      ) : (
        (ui?.fields ?? ANY).map((field) => (
          <ArtifactInput
            key={field.key}
            field={field}
            artifact={artifact}
            onChange={(next) => onChange({ [field.key]: next })}
          />
        ))
      )}
    </FieldGrid>
  );
}

/** One field; names and versions are offered where the account can tell them. */
function ArtifactInput({
  field: { key, label, help, placeholder, required = false },
  artifact,
  onChange,
}: {
  readonly field: ArtifactField;
  readonly artifact: JsonObject;
  readonly onChange: (value: string | undefined) => void;
}) {
  const type = text(artifact['type']);
  const account = text(artifact['artifactAccount']);
  const names = useArtifactNames(key === 'name' ? account : '', type);
  const versions = useArtifactVersions(key === 'version' ? account : '', type, text(artifact['name']));
  const offered = key === 'name' ? names : versions;
  const common = { label, help, placeholder, required, value: artifact[key], onChange };
  return offered.options.length > 0 ? <ChoiceField {...common} choices={offered} /> : <TextField {...common} mono />;
}
