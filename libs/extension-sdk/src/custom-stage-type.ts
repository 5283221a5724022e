import type { CustomStageType } from '@gennaker/contracts/custom-stages';
import { customStage, parameterValues } from './custom-stage.ts';
import type { AnyStageDefinition, JsonObject } from './stage.ts';

/** Names that would change what objects are. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The stage types of the configuration, each running a known one with its defaults; disabled ones are left out.
 * @throws Error when one runs a type that there is not
 */
export function customStageTypes(
  types: readonly CustomStageType[],
  base: (type: string) => AnyStageDefinition | undefined,
): AnyStageDefinition[] {
  return types
    .filter(({ enabled }) => enabled)
    .map((custom) => {
      const definition = base(custom.base);
      if (!definition)
        throw new Error(`stageTypes: ${custom.type} runs "${custom.base}", which is no stage type. Correct its base.`);
      return customStage(definition, {
        type: custom.type,
        label: custom.label,
        description: custom.description,
        permissions: custom.permissions,
        settings: (context) => withParameters({ ...context, ...custom.defaults }, custom, context['parameters']),
      });
    });
}

function withParameters(settings: JsonObject, { parameters }: CustomStageType, given: unknown): JsonObject {
  const values = parameterValues(parameters, given);
  let result = settings;
  for (const { name, mapping } of parameters) result = put(result, mapping.split('.'), values[name]);
  return result;
}

/** The object with a value at a path; lists on the way are addressed by their index. */
function put(into: unknown, [key, ...rest]: readonly string[], value: unknown): JsonObject {
  if (key === undefined) return value as JsonObject;
  if (FORBIDDEN.has(key)) return into as JsonObject;
  if (Array.isArray(into)) {
    const copy: unknown[] = [...into];
    copy[Number(key)] = put(copy[Number(key)], rest, value);
    return copy as unknown as JsonObject;
  }
  const object = typeof into === 'object' && into !== null ? (into as JsonObject) : {};
  return { ...object, [key]: put(object[key], rest, value) };
}
