import { defineArtifactUi } from '@gennaker/ui/artifact-ui';
import { BucketIcon } from '@gennaker/ui/icons';
import { text } from '@gennaker/ui/stage-ui';

export default defineArtifactUi({
  types: ['gcs/object'],
  label: 'Object in Google Cloud Storage',
  description: 'An object in a bucket of Google Cloud Storage',
  icon: BucketIcon,
  fields: [
    {
      key: 'reference',
      label: 'Object',
      placeholder: 'gs://BUCKET/PATH',
      help: 'With #GENERATION behind it, that generation',
      required: true,
    },
    { key: 'version', label: 'Generation', help: 'Empty: the newest' },
    { key: 'name', label: 'Name', placeholder: 'gs://BUCKET/PATH' },
  ],
  summary: (artifact) => text(artifact['reference']) || text(artifact['name']),
});
