import { secretReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { z } from 'zod';

/** An account of files in GitHub's repositories. */
export const githubArtifactAccountSchema = z.object({
  name: z.string(),
  type: z.literal('github'),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.github.com')
    .describe('address of the API; of GitHub Enterprise https://HOST/api/v3'),
  token: secretReferenceSchema.optional().describe('where a token is; absent: public repositories alone'),
});
