import { z } from 'zod';

const text = z.string().min(1);
const port = /^\d{1,5}(-\d{1,5})?$/;
const tag = z
  .string()
  .regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, 'a tag has lower-case letters, digits and hyphens, at most 63');
const range = z.string().regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/, 'an address range such as 10.0.0.0/8 or 0.0.0.0/0');

/** Protocol and ports that a firewall lets in. Without ports: all of them. */
const allowedSchema = z.looseObject({
  ipProtocol: text.transform((value) => value.toLowerCase()),
  portRanges: z
    .array(z.union([z.string().regex(port, 'a port or a range such as 8080-8090'), z.number()]))
    .nullish()
    .transform((ranges) => ranges ?? []),
});

/** Description of upsertSecurityGroup: Spinnaker's fields. Absent tags and ranges stay as they are. */
export const upsertSecurityGroupSchema = z.looseObject({
  credentials: text,
  region: text.default('global'),
  securityGroupName: z
    .string()
    .regex(
      /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
      'lower-case letters, digits and hyphens, at most 63, starting with a letter',
    ),
  description: z.string().nullish(),
  network: text.nullish(),
  priority: z.number().int().min(0).max(65_535).nullish().describe('the lowest one counts first'),
  disabled: z.boolean().nullish().describe('true: it stays and does nothing'),
  sourceRanges: z.array(range).nullish(),
  sourceTags: z.array(tag).nullish(),
  targetTags: z.array(tag).nullish(),
  targetServiceAccounts: z.array(text).nullish(),
  allowed: z.array(allowedSchema).nullish(),
});
export type UpsertSecurityGroup = z.infer<typeof upsertSecurityGroupSchema>;

export const deleteSecurityGroupSchema = z.looseObject({
  credentials: text,
  region: text.default('global'),
  securityGroupName: text,
});
export type DeleteSecurityGroup = z.infer<typeof deleteSecurityGroupSchema>;
