import { ServiceError } from '@gennaker/contracts/error';
import type { Permissions } from '@gennaker/contracts/people';
import { z } from 'zod';
import {
  type AnyStageDefinition,
  type JsonObject,
  type PlannedStage,
  type TaskContext,
  type TaskDefinition,
  withContext,
} from './stage.ts';

/** How a stage type of the configuration differs from the one that it runs. */
export interface Customization {
  readonly type: string;
  readonly label: string;
  readonly description: string;
  readonly permissions?: Permissions | undefined;
  /** The settings that the base runs with, from those of the pipeline. Pure. */
  settings(context: Readonly<JsonObject>): JsonObject;
  /** Names that expressions in these settings see before all others. */
  names?(context: Readonly<JsonObject>): JsonObject;
}

/**
 * A stage type that runs another one with settings of its own. Expressions in them are evaluated when a task runs; what a
 * pipeline gave has been evaluated by then, and is never evaluated a second time.
 */
export function customStage(base: AnyStageDefinition, custom: Customization): AnyStageDefinition {
  const { aliases: _aliases, examples: _examples, ...rest } = base;
  const { type, label, description } = custom;
  const planned = (stage: PlannedStage): PlannedStage => ({
    ...stage,
    type: base.type,
    context: custom.settings(stage.context),
  });
  const inner = (task: TaskContext<JsonObject>): TaskContext<never> => {
    refuseStrangers(task, custom);
    const names = custom.names?.(task.context) ?? {};
    const settings = custom.settings(task.context);
    const resolved = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [
        key,
        value === task.context[key] ? value : evaluated(value, (text) => task.evaluate(text, names).value),
      ]),
    );
    const parsed = base.schema.safeParse(resolved);
    if (!parsed.success)
      throw new ServiceError(
        422,
        `The settings of "${task.stage.name}" cannot be used: ${parsed.error.issues[0]?.message}`,
        {
          field: parsed.error.issues[0]?.path.join('.') ?? type,
          fix: `correct the stage, or the stage type ${type} in the configuration`,
        },
      );
    return withContext(task, parsed.data as never);
  };
  const { beforeStages, afterStages, onFailureStages, onPatch } = base;
  return {
    ...rest,
    type,
    label,
    description,
    schema: z.looseObject({}),
    examples: [],
    tasks: (stage, view) =>
      base.tasks(planned(stage), view).map((task): TaskDefinition<never> => ({
        ...task,
        run: (context: TaskContext<JsonObject>) => task.run(inner(context)),
        ...(task.onCancel
          ? { onCancel: (context: TaskContext<JsonObject>) => task.onCancel?.(inner(context)) ?? Promise.resolve() }
          : {}),
      })),
    ...(beforeStages ? { beforeStages: (stage, view) => beforeStages(planned(stage), view) } : {}),
    ...(afterStages ? { afterStages: (stage, view) => afterStages(planned(stage), view) } : {}),
    ...(onFailureStages ? { onFailureStages: (stage, view) => onFailureStages(planned(stage), view) } : {}),
    ...(onPatch ? { onPatch: (stage, patch, change) => onPatch(planned(stage), patch, change) } : {}),
  };
}

function refuseStrangers(task: TaskContext<JsonObject>, { permissions, type }: Customization): void {
  const roles = permissions?.WRITE ?? [];
  const { identity } = task;
  if (roles.length === 0 || identity.admin || roles.some((role) => identity.roles.includes(role))) return;
  throw new ServiceError(
    403,
    `${identity.user} may not run stages of the type ${type}: they are for ${roles.join(', ')}`,
    {
      field: 'type',
      fix: `have a member of ${roles.join(' or ')} start the pipeline`,
    },
  );
}

function evaluated(value: unknown, evaluate: (text: string) => unknown): unknown {
  if (typeof value === 'string') return value.includes('${') ? evaluate(value) : value;
  if (Array.isArray(value)) return value.map((item) => evaluated(item, evaluate));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluated(item, evaluate)]));
}

/** The values of parameters: what the pipeline gave, else their defaults. Names that are not declared are left out. */
export function parameterValues(
  parameters: readonly { readonly name: string; readonly defaultValue?: unknown }[],
  given: unknown,
): JsonObject {
  const sent = typeof given === 'object' && given !== null ? (given as JsonObject) : {};
  return Object.fromEntries(
    parameters.map(({ name, defaultValue }) => {
      const value = Object.hasOwn(sent, name) ? sent[name] : undefined;
      return [name, value === undefined || value === null || value === '' ? (defaultValue ?? '') : value];
    }),
  );
}
