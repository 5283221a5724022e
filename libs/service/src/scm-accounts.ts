import { secretReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { type ScmType, scmTypeSchema } from '@gennaker/contracts/scm';
import { z } from 'zod';

/** Where the public hosts are; the others have no address but their own. */
const PUBLIC: Partial<Record<ScmType, { readonly address: string; readonly hosts: readonly string[] }>> = {
  github: { address: 'https://api.github.com', hosts: ['github.com'] },
  gitlab: { address: 'https://gitlab.com/api/v4', hosts: ['gitlab.com'] },
  bitbucket: { address: 'https://api.bitbucket.org/2.0', hosts: ['bitbucket.org'] },
};

/** An account of a source host, as gennaker.yml has it. */
export const scmAccountConfigSchema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9._-]+$/, 'must be letters, digits and . _ -'),
    type: scmTypeSchema,
    address: z
      .url({
        protocol: /^(?:https?|file)$/,
        error: 'must be an http or https address (of a plain git remote: file, too)',
      })
      .optional()
      .describe(
        'address of the API, such as https://github.example.com/api/v3; of type git: what the path of a repository follows',
      ),
    hosts: z
      .array(z.string().min(1))
      .optional()
      .describe("hosts of remotes that it is used for; absent: the address's own"),
    username: z.string().min(1).optional().describe('absent: the credentials are a token'),
    credentials: secretReferenceSchema
      .optional()
      .describe('where the token or the password is; never the token itself'),
  })
  .transform(({ address, hosts, ...rest }, context) => {
    const known = PUBLIC[rest.type];
    const at = address ?? known?.address;
    if (at === undefined) {
      context.issues.push({
        code: 'custom',
        path: ['address'],
        input: address,
        message: `must be given: an account of type ${rest.type} has no public address`,
      });
      return z.NEVER;
    }
    if (new URL(at).protocol === 'file:' && rest.type !== 'git') {
      context.issues.push({
        code: 'custom',
        path: ['address'],
        input: at,
        message: 'must be an http or https address',
      });
      return z.NEVER;
    }
    return {
      ...rest,
      address: at.replace(/\/+$/, ''),
      hosts: hosts ?? (address === undefined ? [...(known?.hosts ?? [])] : [new URL(at).hostname]),
    };
  });
export type ScmAccountConfig = z.output<typeof scmAccountConfigSchema>;

/** What stands under `scm` in gennaker.yml. */
export const scmConfigSchema = z
  .strictObject({ accounts: z.array(scmAccountConfigSchema).default([]) })
  .refine(
    ({ accounts }) => new Set(accounts.map(({ name }) => name)).size === accounts.length,
    'has two accounts of one name: rename one of them',
  );
