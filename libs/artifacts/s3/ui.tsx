import { defineArtifactUi } from '@gennaker/ui/artifact-ui';
import { BucketIcon } from '@gennaker/ui/icons';
import { text } from '@gennaker/ui/stage-ui';

export default defineArtifactUi({
  types: ['s3/object'],
  label: 'Object in S3',
  description: 'An object in S3, or in a store that speaks its language',
  icon: BucketIcon,
  fields: [
    { key: 'reference', label: 'Object', placeholder: 's3://BUCKET/KEY', help: 'Where the object is', required: true },
    { key: 'version', label: 'Version', help: 'Of a bucket with versions; empty: the newest' },
    { key: 'name', label: 'Name', placeholder: 's3://BUCKET/KEY' },
  ],
  summary: (artifact) => text(artifact['reference']) || text(artifact['name']),
});
