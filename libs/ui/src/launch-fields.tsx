import { NumberField, PairsField, TextField, Wide, WordsField } from './fields.tsx';
import { RowsField } from './rows-field.tsx';
import type { JsonObject } from './stage-ui.tsx';
import { list, object, strings } from './stage-ui.tsx';

interface Props {
  readonly group: JsonObject;
  readonly onChange: (patch: JsonObject) => void;
}

/** Network tags, account and labels of the instances of a new server group. `otherwise`: what holds where nothing is said. */
export function LaunchFields({ group, onChange, otherwise }: Props & { readonly otherwise: string }) {
  return (
    <>
      <WordsField
        label="Network tags"
        help="Firewalls know its instances by these"
        value={strings(group['tags'])}
        onChange={(tags) => onChange({ tags })}
      />
      <TextField
        label="Subnet"
        placeholder={otherwise}
        value={group['subnet']}
        onChange={(subnet) => onChange({ subnet })}
      />
      <TextField
        label="Service account"
        placeholder={otherwise}
        help="Email of whom its instances act as"
        value={group['serviceAccountEmail']}
        onChange={(serviceAccountEmail) => onChange({ serviceAccountEmail })}
      />
      <Wide>
        <PairsField
          label="Labels"
          add="Add label"
          value={object(group['labels'])}
          onChange={(labels) => onChange({ labels: labels ?? {} })}
        />
      </Wide>
    </>
  );
}

/** Metadata and disks of the instances of a new server group. */
export function StorageFields({ group, onChange }: Props) {
  const disks = list(group['disks']).map(object);
  return (
    <>
      <Wide>
        <PairsField
          label="Metadata"
          add="Add metadata"
          value={object(group['instanceMetadata'])}
          onChange={(instanceMetadata) => onChange({ instanceMetadata })}
        />
      </Wide>
      <Wide>
        <RowsField
          what="disk"
          rows={disks}
          fresh={{ type: 'pd-standard', sizeGb: 10 }}
          onChange={(next) => onChange({ disks: next.length > 0 ? next : undefined })}
        >
          {(row, index, set) => (
            <>
              <TextField
                label={`Type of disk ${index + 1}`}
                help={index === 0 ? 'Such as pd-standard or pd-ssd; the first one holds the image' : 'Such as pd-ssd'}
                value={row['type']}
                onChange={(type) => set({ type: type ?? '' })}
              />
              <NumberField
                label={`Size of disk ${index + 1}`}
                suffix=" GB"
                min={1}
                value={row['sizeGb']}
                onChange={(sizeGb) => set({ sizeGb })}
              />
            </>
          )}
        </RowsField>
      </Wide>
    </>
  );
}
