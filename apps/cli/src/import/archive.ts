import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ServiceError } from '@gennaker/contracts/error';
import { gateApi } from '@gennaker/contracts/gate';
import { notificationSettingsSchema } from '@gennaker/contracts/notification-settings';
import type { Client } from '@gennaker/contracts/route';
import { z } from 'zod';
import { gateNamed, saying } from '../gate-client.ts';
import { reasonOf, Sentence } from '../up/sentence.ts';

type Gate = Client<typeof gateApi>;

const document = z.record(z.string(), z.unknown());
const kept = z.object({ id: z.string(), text: z.string() });

/** Everything that front50 keeps, in one file. Pipelines and strategies with their ids and exact texts. */
const archiveSchema = z.object({
  archive: z.literal('gennaker/1'),
  applications: z.array(document.and(z.object({ name: z.string() }))),
  notifications: z.array(z.object({ application: z.string(), settings: notificationSettingsSchema })),
  projects: z.array(document),
  templates: z.array(document.and(z.object({ id: z.string() }))),
  pipelines: z.array(kept),
  strategies: z.array(kept),
});
export type Archive = z.infer<typeof archiveSchema>;

/** The archive that a text holds; undefined when it is none. @throws Sentence for an archive of a wrong shape */
export function archiveIn(value: unknown): Archive | undefined {
  if (typeof value !== 'object' || value === null || !('archive' in value)) return undefined;
  const read = archiveSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Sentence(`The archive is damaged at ${issue?.path.join('.') ?? '$'}: ${issue?.message ?? 'wrong shape'}`);
}

/**
 * `gennaker export [FILE]`: applications, pipelines, strategies, projects, notifications and templates as one JSON file.
 * Answers the exit code. @throws Sentence for a wrong command line, or a system that does not run
 */
export async function exportArchive(root: string, args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  const gate = await gateNamed(root, values, gateApi);
  const archive = await saying(() => archiveOf(gate));
  const text = `${JSON.stringify(archive, null, 2)}\n`;
  const [file] = positionals;
  if (file === undefined) process.stdout.write(text);
  else await writeFile(resolve(process.env['INIT_CWD'] ?? process.cwd(), file), text, { mode: 0o600 });
  const counts = (['applications', 'pipelines', 'strategies', 'projects', 'templates'] as const).map(
    (kind) => `${archive[kind].length} ${kind}`,
  );
  process.stderr.write(`${counts.join(', ')}.\n`);
  return 0;
}

/** Everything that a system's front50 keeps. */
export async function archiveOf(gate: Gate): Promise<Archive> {
  const applications = await gate.listApplications({});
  const settings = await Promise.all(
    applications.map(async ({ name }) => ({
      application: name,
      settings: await gate.getNotificationSettings({ params: { level: 'application', application: name } }),
    })),
  );
  const texts = async (list: readonly { readonly id?: string | undefined }[]): Promise<Archive['pipelines']> =>
    Promise.all(
      list.flatMap(({ id }) =>
        id === undefined ? [] : [gate.pipelineText({ params: { id } }).then((text) => ({ id, text }))],
      ),
    );
  return {
    archive: 'gennaker/1',
    applications,
    notifications: settings.filter(({ settings: own }) => Object.keys(own).length > 0),
    projects: await gate.listProjects({}),
    templates: Object.values(await gate.templateVersions({ query: {} })).flat(),
    pipelines: await texts(await gate.allPipelineConfigs({})),
    strategies: await texts(await gate.allStrategyConfigs({})),
  };
}

/** Puts everything of an archive into a system, under its ids. Answers a line for each thing that was refused. */
export async function restoreArchive(gate: Gate, archive: Archive): Promise<string[]> {
  const refused: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status >= 500) throw error;
      refused.push(`${what}: ${error.message}${error.details.fix ? `; ${error.details.fix}` : ''}`);
    }
  };
  const task = async (job: { readonly type: string } & Readonly<Record<string, unknown>>): Promise<void> => {
    const { ref } = await gate.submitTask({ body: { application: 'spinnaker', job: [job] } });
    const done = await gate.getTask({ params: { id: ref.slice(ref.lastIndexOf('/') + 1) } });
    if (done.status === 'SUCCEEDED') return;
    const failed = done.variables.find(({ key }) => key === 'exception')?.value;
    const why = z.object({ details: z.object({ error: z.string() }) }).safeParse(failed);
    throw new ServiceError(400, why.data?.details.error ?? `the task ended ${done.status}`);
  };
  for (const application of archive.applications)
    await attempt(`application ${application.name}`, () => task({ type: 'createApplication', application }));
  for (const { application, settings } of archive.notifications)
    await attempt(`notifications of ${application}`, () =>
      gate.saveNotificationSettings({ params: { level: 'application', application }, body: settings }),
    );
  for (const template of archive.templates)
    await attempt(`template ${template.id}`, () => restoreTemplate(gate, template));
  for (const { id, text } of archive.pipelines)
    await attempt(`pipeline ${id}`, () => gate.updatePipeline({ params: { id }, query: {}, body: text }));
  for (const { id, text } of archive.strategies)
    await attempt(`strategy ${id}`, () => gate.updateStrategy({ params: { id }, body: text }));
  for (const project of archive.projects)
    await attempt(`project ${String(project['name'])}`, () => task({ type: 'upsertProject', project }));
  return refused;
}

/** A version without a tag is found by its digest, which its content gives it again. */
async function restoreTemplate(gate: Gate, template: Archive['templates'][number]): Promise<void> {
  const { tag } = template;
  const query = typeof tag === 'string' && tag !== 'latest' ? { tag } : {};
  const exists = await gate.getTemplate({ params: { id: template.id }, query: {} }).then(
    () => true,
    () => false,
  );
  if (exists) await gate.updateTemplate({ params: { id: template.id }, query, body: template });
  else await gate.createTemplate({ query, body: template });
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { data: { type: 'string' }, offset: { type: 'string' } },
    });
  } catch (error) {
    throw new Sentence(`${reasonOf(error)}. See "gennaker export --help" for what it can do.`);
  }
}
