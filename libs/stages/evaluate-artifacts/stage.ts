import { ServiceError } from '@gennaker/contracts/error';
import { bindsProduced } from '@gennaker/extension-sdk/bind-produced';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { evaluateArtifactsSchema } from './schema.ts';

/** Longest text of one artifact, bytes. */
const MAX_BYTES = 1_048_576;

/** Makes embedded artifacts of texts, whose expressions are resolved like those of any stage. */
export default defineStage({
  type: 'evaluateArtifacts',
  label: 'Evaluate Artifacts',
  description: 'Makes artifacts from texts with expressions',
  schema: evaluateArtifactsSchema,
  examples: [{ artifactContents: [{ name: 'settings.yml', contents: 'version: ${ trigger.buildInfo.number }' }] }],
  runsInDryRun: true,
  tasks: ({ context: settings }) => [
    {
      name: 'evaluateArtifacts',
      run: async ({ context, stage }) => {
        const artifacts = context.artifactContents.map(({ name, contents, id }, index) => {
          const text = typeof contents === 'string' ? contents : (JSON.stringify(contents) ?? '');
          const bytes = new TextEncoder().encode(text);
          if (bytes.length > MAX_BYTES)
            throw new ServiceError(422, `The artifact "${name}" has ${bytes.length} bytes, more than ${MAX_BYTES}`, {
              field: `artifactContents.${index}.contents`,
              fix: 'keep large contents in a store, and refer to them',
            });
          return {
            type: 'embedded/base64',
            name,
            reference: Buffer.from(bytes).toString('base64'),
            customKind: false,
            metadata: { id: id ?? `${stage.id}-${index + 1}` },
            ...(id === undefined ? {} : { id }),
          };
        });
        return {
          status: 'SUCCEEDED',
          outputs: { artifacts },
          reason: { summary: `Made ${artifacts.map(({ name }) => name).join(', ') || 'nothing'}` },
        };
      },
    },
    ...bindsProduced(settings),
  ],
});
