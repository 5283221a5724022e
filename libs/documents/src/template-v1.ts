type Json = Readonly<Record<string, unknown>>;

/** A template of schema v2 that means what one of schema 1 did, or where that one says what v2 cannot. */
export type Converted =
  | { readonly template: Json; readonly notes: readonly string[] }
  | { readonly place: string; readonly reason: string; readonly fix: string };

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);

/** Whether a document is a template of schema 1: stages with an id and a config, or a configuration. */
export function isTemplateV1(value: Json): boolean {
  const isOfV1 = list(value['stages']).some(
    (stage) => isObject(stage) && isObject(stage['config']) && typeof stage['id'] === 'string',
  );
  return (
    (String(value['schema']) === '1' && value['id'] !== undefined && (isOfV1 || isObject(value['configuration']))) ||
    (isObject(value['configuration']) && isOfV1)
  );
}

/** Whether a document is a pipeline after a template of schema 1. */
export function isOfTemplateV1(value: Json): boolean {
  const { pipeline } = value;
  return String(value['schema']) === '1' && isObject(pipeline) && isObject(pipeline['template']);
}

/** What schema 1 knows and v2 does not. */
const ONLY_V1 = ['source', 'modules', 'partials'] as const;
const ONLY_V1_OF_STAGES = ['inject', 'when', 'loopWith', 'inheritanceControl', 'partialDefinition'] as const;

/**
 * A template of schema 1 as one of v2: `id`, `dependsOn` and `config` of stages become what pipelines have, the
 * configuration's parts stand in the pipeline, and `{{ name }}` becomes `${templateVariables.name}`.
 */
export function templateOfV1(value: Json): Converted {
  const only = ONLY_V1.find((key) => !isEmpty(value[key]));
  if (only !== undefined) return notInV2(only);
  const stages: Json[] = [];
  for (const [index, stage] of list(value['stages']).entries()) {
    if (!isObject(stage)) continue;
    const more = ONLY_V1_OF_STAGES.find((key) => !isEmpty(stage[key]));
    if (more !== undefined) return notInV2(`stages[${index}].${more}`);
    stages.push(stageOf(stage));
  }
  const { parameters, concurrentExecutions, ...configuration } = isObject(value['configuration'])
    ? value['configuration']
    : {};
  const pipeline = {
    ...configuration,
    ...(isObject(concurrentExecutions) ? concurrentExecutions : {}),
    ...(parameters === undefined ? {} : { parameterConfig: parameters }),
    stages,
  };
  const refused: Converted[] = [];
  const written = inWordsOfV2(pipeline, 'pipeline', refused);
  const [first] = refused;
  if (first) return first;
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  return {
    template: {
      schema: 'v2',
      id: value['id'],
      metadata: { ...metadata, name: metadata['name'] ?? value['id'] },
      ...(value['protect'] === undefined ? {} : { protect: value['protect'] }),
      variables: list(value['variables']).filter(isObject).map(variableOf),
      pipeline: written,
    },
    notes: ['a template of schema 1 was written as one of schema v2; look through it before it is used'],
  };
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (Array.isArray(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  );
}

function notInV2(place: string): Converted {
  return {
    place,
    reason: 'It is a pipeline template of schema 1 with something that schema v2 does not have',
    fix: 'plan it in Spinnaker and import the pipeline, or write it as a template of schema v2',
  };
}

function stageOf({ id, dependsOn, config, ...stage }: Json): Json {
  return { ...stage, ...(isObject(config) ? config : {}), refId: id, requisiteStageRefIds: list(dependsOn) };
}

function variableOf({ type, ...variable }: Json): Json {
  return { ...variable, ...(typeof type === 'string' ? { type: type.toLowerCase() } : {}) };
}

const NAMED = /\{\{\s*([A-Za-z_]\w*(?:\.\w+)*)\s*\}\}/g;

/** The same with `${...}` for every `{{ name }}`; what else stands in double braces, or in `{% %}`, is added to `refused`. */
function inWordsOfV2(value: unknown, place: string, refused: Converted[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => inWordsOfV2(item, `${place}[${index}]`, refused));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, inWordsOfV2(item, `${place}.${key}`, refused)]),
    );
  if (typeof value !== 'string') return value;
  const written = value.replaceAll(NAMED, (_all, name: string) =>
    name === 'application' ? '${execution.application}' : `\${templateVariables.${name}}`,
  );
  const left = /\{\{|\{%/.exec(written);
  if (left)
    refused.push({
      place,
      reason: `It is a pipeline template of schema 1 that has to be rendered first: it holds ${written.slice(left.index, left.index + 40).trim()}`,
      fix: 'plan it in Spinnaker and import the pipeline, or write it as a template of schema v2',
    });
  return written;
}
