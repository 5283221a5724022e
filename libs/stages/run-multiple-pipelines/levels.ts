import { badRequest } from '@gennaker/contracts/error';
import { parse } from 'yaml';
import { z } from 'zod';

const listed = z
  .union([z.array(z.string()), z.string()])
  .nullish()
  .transform((value) => (typeof value === 'string' ? value.split(',').map((one) => one.trim()) : (value ?? [])));
const appSchema = z
  .looseObject({
    childPipeline: z.string().optional(),
    child_pipeline: z.string().optional(),
    application: z.string().optional(),
    arguments: z.record(z.string(), z.unknown()).nullish(),
    dependencies: listed,
    depends_on: listed,
  })
  .transform((app, context) => {
    const childPipeline = app.childPipeline ?? app.child_pipeline;
    if (!childPipeline) {
      context.addIssue({ code: 'custom', message: 'names no childPipeline' });
      return z.NEVER;
    }
    return {
      childPipeline,
      ...(app.application === undefined ? {} : { application: app.application }),
      arguments: app.arguments ?? {},
      dependencies: [...new Set([...app.dependencies, ...app.depends_on])].filter(Boolean),
    };
  });
export type App = z.output<typeof appSchema>;

const LARGEST = 262_144;

/**
 * Reads the apps of a YAML text, of several, or of JSON; a heading around all of them is taken off.
 * @throws ServiceError 400 for what cannot be read
 */
export function readApps(config: unknown): Record<string, App> {
  const found: [string, App][] = [];
  for (const one of Array.isArray(config) ? config : [config]) {
    const document: unknown = typeof one === 'string' ? parsed(one) : one;
    if (typeof document !== 'object' || document === null || Array.isArray(document))
      throw badRequest('The configuration lists no apps by name', {
        field: 'yamlConfig',
        fix: 'write NAME: {childPipeline: ...}',
      });
    for (const [name, value] of Object.entries(withoutHeading(document as Record<string, unknown>))) {
      const app = appSchema.safeParse(value);
      if (!app.success)
        throw badRequest(`The app "${name}" cannot be read: ${app.error.issues[0]?.message}`, {
          field: `yamlConfig.${name}`,
          fix: 'give it childPipeline, arguments and dependencies',
        });
      found.push([name, app.data]);
    }
  }
  return Object.fromEntries(found);
}

function parsed(text: string): unknown {
  if (text.length > LARGEST)
    throw badRequest('The configuration is too long', { field: 'yamlConfig', fix: 'split it into several stages' });
  try {
    return parse(text, { maxAliasCount: 50 });
  } catch (error) {
    throw badRequest(`The configuration is no YAML: ${error instanceof Error ? error.message : String(error)}`, {
      field: 'yamlConfig',
      fix: 'correct the YAML',
    });
  }
}

function withoutHeading(document: Record<string, unknown>): Record<string, unknown> {
  const values = Object.values(document);
  const [only] = values;
  const isHeading =
    values.length === 1 &&
    typeof only === 'object' &&
    only !== null &&
    !('childPipeline' in only) &&
    !('child_pipeline' in only);
  return isHeading ? (only as Record<string, unknown>) : document;
}

/**
 * The apps level by level: each after all that it depends on, as early as can be.
 * @throws ServiceError 400 for a dependency that there is not, and for a circle
 */
export function levelsOf(apps: Readonly<Record<string, Pick<App, 'dependencies'>>>): string[][] {
  const names = Object.keys(apps);
  for (const name of names)
    for (const other of apps[name]?.dependencies ?? [])
      if (!Object.hasOwn(apps, other))
        throw badRequest(`The app "${name}" depends on "${other}", which there is not`, {
          field: `yamlConfig.${name}.dependencies`,
          fix: 'correct its name, or add it',
        });
  const done = new Set<string>();
  const levels: string[][] = [];
  while (done.size < names.length) {
    const level = names.filter(
      (name) => !done.has(name) && (apps[name]?.dependencies ?? []).every((other) => done.has(other)),
    );
    if (level.length === 0)
      throw badRequest(`These apps wait for each other: ${names.filter((name) => !done.has(name)).join(', ')}`, {
        field: 'yamlConfig',
        fix: 'take one of the dependencies out',
      });
    for (const name of level) done.add(name);
    levels.push(level);
  }
  return levels;
}
