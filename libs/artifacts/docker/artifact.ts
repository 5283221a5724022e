import { defineArtifact } from '@gennaker/extension-sdk/artifact';

/** Container images: the reference is what is deployed, and nothing is fetched. */
export default defineArtifact({
  type: 'docker',
  label: 'Docker',
  description: 'A container image in a registry',
  artifactTypes: ['docker/image'],
  examples: [],
});
