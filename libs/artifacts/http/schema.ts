import { secretReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { z } from 'zod';

/** An account of files at http addresses. Its credentials go below `url` alone. */
export const httpArtifactAccountSchema = z
  .object({
    name: z.string(),
    type: z.literal('http'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('what it serves begins with this; needed with credentials'),
    username: z.string().min(1).optional(),
    password: secretReferenceSchema.optional().describe('where the password of the user is'),
    token: secretReferenceSchema.optional().describe('where a token is that is sent as Bearer'),
  })
  .superRefine((account, context) => {
    const wrong = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    const { url, username, password, token } = account;
    if ((username === undefined) !== (password === undefined))
      wrong(username === undefined ? 'username' : 'password', 'username and password go together');
    if (token && password) wrong('token', 'give either a token, or a username and a password');
    if (!url && (token || password)) wrong('url', 'must say where the credentials may be sent');
  });
