import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { badRequest } from '@gennaker/contracts/error';
import { z } from 'zod';

/** Folder with the Packer templates, their playbooks and the list of base images. */
export const TEMPLATES = fileURLToPath(new URL('../templates/', import.meta.url));

const baseImageSchema = z.looseObject({
  id: z.string(),
  shortDescription: z.string(),
  detailedDescription: z.string(),
  packageType: z.string(),
  osType: z.string(),
  templateFile: z.string(),
  isImageFamily: z.boolean(),
  sourceImageFamily: z.string().optional(),
  sourceImage: z.string().optional(),
});
export type BaseImage = z.infer<typeof baseImageSchema>;
const bakeOptionsSchema = z.array(z.object({ cloudProvider: z.string(), baseImages: z.array(baseImageSchema) }));
export type BakeOptions = z.infer<typeof bakeOptionsSchema>;

/** Base images by cloud, from templates/base-images.json. */
export async function bakeOptions(): Promise<BakeOptions> {
  return bakeOptionsSchema.parse(JSON.parse(await readFile(join(TEMPLATES, 'base-images.json'), 'utf8')));
}

const templateSchema = z.looseObject({
  builders: z.array(z.looseObject({ type: z.string() })).min(1),
  variables: z.record(z.string(), z.string()).default({}),
});

/** A Packer template and what belongs to it. */
export interface Template {
  readonly path: string;
  readonly file: string;
  /** `file-system`: works on a copy of an image's root; `machine`: Packer runs a machine in the cloud and makes the image itself. */
  readonly kind: 'file-system' | 'machine';
  readonly playbook: string;
  readonly ansibleConfig: string;
  /** Names of the variables that it declares. */
  readonly variables: readonly string[];
  /** SHA-256 (hex) over the template, its playbook and the Ansible settings. */
  readonly digest: string;
}

const PLAYBOOKS = { 'file-system': 'install-in-image.yml', machine: 'install-on-machine.yml' } as const;

/**
 * Loads a template by its file name.
 * @throws ServiceError 400 when there is none of that name
 */
export async function loadTemplate(file: string): Promise<Template> {
  const path = join(TEMPLATES, basename(file));
  const text = file === basename(file) ? await readFile(path, 'utf8').catch(() => undefined) : undefined;
  if (text === undefined)
    throw badRequest(`There is no Packer template "${file}"`, {
      field: 'template_file_name',
      fix: 'name a file of the templates folder, such as cloudlab.json or gce.json',
    });
  const template = templateSchema.parse(JSON.parse(text));
  const kind = template.builders.some((builder) => builder.type === 'null') ? 'file-system' : 'machine';
  const playbook = join(TEMPLATES, PLAYBOOKS[kind]);
  const ansibleConfig = join(TEMPLATES, 'ansible.cfg');
  const hash = createHash('sha256').update(text);
  for (const part of [playbook, ansibleConfig]) hash.update('\0').update(await readFile(part, 'utf8'));
  return {
    path,
    file,
    kind,
    playbook,
    ansibleConfig,
    variables: Object.keys(template.variables),
    digest: hash.digest('hex'),
  };
}
