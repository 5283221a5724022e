import { z } from 'zod';

const flag = z.union([z.boolean(), z.stringbool()]);

/** The bake stage's configuration. Unknown keys stay. */
export const bakeStageSchema = z.looseObject({
  package: z
    .string()
    .trim()
    .min(1)
    .meta({ title: 'Package', description: 'Package names, separated by blanks: found among the files of the build' }),
  baseOs: z.string().trim().min(1).meta({ title: 'Base image', description: 'Image that the package is installed in' }),
  cloudProviderType: z.string().default('gce').meta({ title: 'Cloud' }),
  account: z
    .string()
    .optional()
    .meta({ title: 'Account', description: 'Whose image store gets the image; the first account when empty' }),
  region: z.string().default('global').meta({ title: 'Region', description: 'Google images are global' }),
  baseLabel: z.string().default('release').meta({ title: 'Base label' }),
  baseAmi: z
    .string()
    .optional()
    .meta({ title: 'Exact base image', description: 'Instead of the newest of the family' }),
  amiName: z.string().optional().meta({ title: 'Image name', description: 'Instead of the package name' }),
  amiSuffix: z.string().optional().meta({ title: 'Image name suffix' }),
  templateFileName: z.string().optional().meta({ title: 'Packer template' }),
  extendedAttributes: z.record(z.string(), z.string()).optional().meta({ title: 'Packer variables' }),
  rebake: flag.optional().meta({ title: 'Rebake', description: 'Bake again although the same image was baked before' }),
  packageArtifactIds: z.array(z.string()).nullish().meta({
    title: 'Package artifacts',
    description: 'Ids of expected artifacts that the packages are looked for in first',
  }),
  allowMissingPackageInstallation: flag.optional().meta({
    title: 'Allow packages that no build made',
    description: "Install them from the base image's repositories",
  }),
});
export type BakeStage = z.infer<typeof bakeStageSchema>;

/** What createBake leaves for the tasks after it. */
export const bakeProgressSchema = z.looseObject({
  status: z.looseObject({ id: z.string() }),
  bakePackageName: z.string().optional(),
});
