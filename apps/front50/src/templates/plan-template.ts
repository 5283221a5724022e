import type { PipelineTemplate, TemplateError, TemplateVariable } from '@gennaker/contracts/pipeline-templates';
import { ExpressionError } from '@gennaker/expressions/error';
import { evaluate } from '@gennaker/expressions/evaluate';
import { partsOf } from '@gennaker/expressions/template';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);

/** The pipeline that a templated one stands for, or why it stands for none. */
export type Planned =
  | { readonly pipeline: Json; readonly errors: readonly [] }
  | { readonly pipeline?: undefined; readonly errors: readonly TemplateError[] };

/** What a pipeline takes from its template unless its `exclude` names it: our key, and Spinnaker's word for it. */
const INHERITED: readonly (readonly [string, string])[] = [
  ['triggers', 'triggers'],
  ['parameterConfig', 'parameters'],
  ['notifications', 'notifications'],
  ['expectedArtifacts', 'expectedArtifacts'],
];

/**
 * Writes the pipeline that a configuration of a template stands for: its values in place of `${templateVariables...}`,
 * the template's lists first, marked `inherited`, then its own. Other expressions stay as they are.
 */
export function planTemplate(template: PipelineTemplate, config: Json): Planned {
  const values = isObject(config['variables']) ? config['variables'] : {};
  const errors = [
    ...template.variables.flatMap((variable) => variableErrors(variable, values[variable.name])),
    ...Object.keys(values)
      .filter((name) => !template.variables.some((variable) => variable.name === name))
      .map((name): TemplateError => ({
        severity: 'FATAL',
        message: `The template has no variable "${name}"`,
        location: `variables.${name}`,
        suggestion: `it has ${template.variables.map((variable) => variable.name).join(', ') || 'none'}`,
      })),
  ];
  if (errors.length > 0) return { errors };
  const variables = Object.fromEntries(
    template.variables.map((variable) => [variable.name, values[variable.name] ?? variable.defaultValue ?? null]),
  );
  const broken: TemplateError[] = [];
  const filled = fill(template.pipeline, variables, 'pipeline', broken) as Json;
  if (broken.length > 0) return { errors: broken };
  const excluded = new Set(listOf(config['exclude']).map(String));
  const merged = Object.fromEntries(
    INHERITED.flatMap(([key, word]) => {
      const inherited = excluded.has(word) || excluded.has(key) ? [] : listOf(filled[key] ?? filled[word]);
      const own = listOf(config[key] ?? config[word]);
      const list = [...inherited.map((item) => (isObject(item) ? { ...item, inherited: true } : item)), ...own];
      return list.length > 0 ? [[key, list] as const] : [];
    }),
  );
  const {
    template: _template,
    variables: _variables,
    exclude: _exclude,
    type: _type,
    schema: _schema,
    ...own
  } = config;
  return {
    pipeline: {
      ...withoutLists(filled),
      ...withoutLists(own),
      ...merged,
      stages: [...listOf(filled['stages']), ...listOf(config['stages'])],
      templateVariables: variables,
    },
    errors: [],
  };
}

function withoutLists(pipeline: Json): Json {
  return Object.fromEntries(Object.entries(pipeline).filter(([key]) => !INHERITED.flat().includes(key)));
}

const KINDS: Readonly<Record<TemplateVariable['type'], (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isInteger(value),
  float: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  object: isObject,
};

function variableErrors(variable: TemplateVariable, value: unknown): TemplateError[] {
  const location = `variables.${variable.name}`;
  if (value === undefined || value === null) {
    if (variable.defaultValue !== undefined && variable.defaultValue !== null) return [];
    return [
      {
        severity: 'FATAL',
        message: `The variable "${variable.name}" has no value, and the template no default for it`,
        location,
        suggestion: `add a ${variable.type}${variable.description ? ` (${variable.description})` : ''}`,
      },
    ];
  }
  if (KINDS[variable.type](value)) return [];
  // A whole expression has the type that the run gives it.
  if (typeof value === 'string' && /^\$\{[^]*\}$/.test(value)) return [];
  const shown = JSON.stringify(value)?.slice(0, 80);
  return [
    {
      severity: 'FATAL',
      message: `The variable "${variable.name}" is a ${variable.type}, and ${shown} is none`,
      location,
      suggestion: `give it a ${variable.type}`,
    },
  ];
}

/** A value of the template with its `${templateVariables...}` replaced: alone it keeps its type, in a text it becomes text. */
function fill(value: unknown, variables: Json, path: string, errors: TemplateError[]): unknown {
  if (typeof value === 'string') return fillText(value, variables, path, errors);
  if (Array.isArray(value)) return value.map((item, index) => fill(item, variables, `${path}.${index}`, errors));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const name = fillText(key, variables, path, errors);
      return [typeof name === 'string' ? name : key, fill(item, variables, `${path}.${key}`, errors)];
    }),
  );
}

function fillText(text: string, variables: Json, path: string, errors: TemplateError[]): unknown {
  if (!text.includes('templateVariables')) return text;
  const parts = partsOf(text).map((part) => {
    if (part.kind !== 'expression') return part.kind === 'text' ? part.text : part.raw;
    if (!onlyVariables(part.source)) return part.raw;
    return valueOf(part.source, variables, path, errors);
  });
  const [only] = parts;
  return parts.length === 1
    ? only
    : parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('');
}

/** An expression that reads the variables and nothing that only a run knows. */
function onlyVariables(source: string): boolean {
  const words: readonly string[] = source.replace(/'[^']*'|"[^"]*"/g, '').match(/#?[A-Za-z_]\w*/g) ?? [];
  return (
    words.includes('templateVariables') &&
    !words.some((word) => ['execution', 'trigger', 'parameters', 'stage', 'judgment'].includes(word.replace('#', '')))
  );
}

function valueOf(source: string, variables: Json, path: string, errors: TemplateError[]): unknown {
  try {
    const lookup = (name: string): unknown => (name === 'templateVariables' ? variables : undefined);
    return evaluate(source, { lookup }, { unknownKeys: 'error' });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    errors.push({
      severity: 'FATAL',
      message: `The template's \${${source}} cannot be evaluated: ${error.message}`,
      location: path,
      suggestion: 'mend the template',
    });
    return null;
  }
}
