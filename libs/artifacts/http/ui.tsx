import { defineArtifactUi } from '@gennaker/ui/artifact-ui';
import { AddressIcon } from '@gennaker/ui/icons';
import { text } from '@gennaker/ui/stage-ui';

export default defineArtifactUi({
  types: ['http/file'],
  label: 'File at an address',
  description: 'A file that is fetched from an http or https address',
  icon: AddressIcon,
  fields: [
    {
      key: 'reference',
      label: 'Address',
      placeholder: 'https://builds.example.com/app.yml',
      help: 'Where the file is',
      required: true,
    },
    { key: 'name', label: 'Name', placeholder: 'app.yml' },
    { key: 'version', label: 'Version' },
  ],
  summary: (artifact) => text(artifact['reference']) || text(artifact['name']),
});
