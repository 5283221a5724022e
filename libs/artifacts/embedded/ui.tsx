import { type ArtifactFormProps, defineArtifactUi } from '@gennaker/ui/artifact-ui';
import { FieldGrid, TextAreaField, TextField, Wide } from '@gennaker/ui/fields';
import { JsonIcon } from '@gennaker/ui/icons';
import { text } from '@gennaker/ui/stage-ui';

/** The text of an artifact; undefined where its reference is no base64 of a text. */
function contentOf(reference: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(reference.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function asReference(content: string): string {
  return btoa(Array.from(new TextEncoder().encode(content), (byte) => String.fromCharCode(byte)).join(''));
}

function Form({ artifact, onChange }: ArtifactFormProps) {
  const reference = text(artifact['reference']);
  const content = contentOf(reference);
  return (
    <FieldGrid>
      <TextField label="Name" value={artifact['name']} onChange={(name) => onChange({ name })} />
      <Wide>
        {content === undefined ? (
          <TextField
            label="Content (base64)"
            value={reference}
            onChange={(next) => onChange({ reference: next })}
            help="Not the base64 of a text"
          />
        ) : (
          <TextAreaField
            label="Content"
            mono
            value={content}
            onChange={(next) => onChange({ reference: next === undefined ? undefined : asReference(next) })}
          />
        )}
      </Wide>
    </FieldGrid>
  );
}

export default defineArtifactUi({
  types: ['embedded/base64', 'embedded/map/base64'],
  label: 'Text',
  description: 'A text that the pipeline holds itself',
  icon: JsonIcon,
  fields: [{ key: 'name', label: 'Name', placeholder: 'settings.yml' }],
  Form,
  summary: (artifact) => text(artifact['name']),
});
