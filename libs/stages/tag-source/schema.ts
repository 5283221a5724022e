import { z } from 'zod';

/** Inputs of tagSource: which commit, which tag, and whether it becomes a release. What is not given comes from the trigger. */
export const tagSourceSchema = z.looseObject({
  tag: z.string().default('').describe('name of the tag; expressions are allowed'),
  message: z.string().optional().describe('makes it an annotated tag'),
  account: z.string().optional().describe('account of a source host; absent: the one for the host of the repository'),
  repository: z.string().optional().describe("organisation/name; absent: where the execution's commit is from"),
  remote: z.string().optional().describe('address that the repository is cloned from, in place of its path'),
  hash: z.string().optional().describe("whole SHA of the commit; absent: the execution's commit"),
  release: z.boolean().default(false).describe('releases the tag, on GitHub and GitLab'),
  releaseName: z.string().optional().describe("absent: the tag's name"),
  releaseNotes: z.string().optional(),
  prerelease: z.boolean().optional().describe('on GitHub'),
});
export type TagSource = z.output<typeof tagSourceSchema>;
