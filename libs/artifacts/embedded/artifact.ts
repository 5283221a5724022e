import { badRequest } from '@gennaker/contracts/error';
import { defineArtifact } from '@gennaker/extension-sdk/artifact';
import { referenceOf } from '@gennaker/extension-sdk/artifact-content';

/** Texts that pipelines hold themselves. */
export default defineArtifact({
  type: 'embedded',
  label: 'Embedded',
  description: 'A text that the pipeline holds itself, as base64',
  artifactTypes: ['embedded/base64', 'embedded/map/base64'],
  examples: [],
  fetch(artifact) {
    const reference = referenceOf(artifact, 'the text as base64');
    let text: string;
    try {
      text = atob(reference.replaceAll('-', '+').replaceAll('_', '/'));
    } catch {
      throw badRequest('The reference of an embedded artifact must be base64', {
        field: 'reference',
        fix: 'write the text as base64',
      });
    }
    return Promise.resolve(new Blob([Uint8Array.from(text, (char) => char.charCodeAt(0))]).stream());
  },
});
