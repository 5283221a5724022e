import { parseAllDocuments } from 'yaml';
import { NotJson, readLenientJson } from './lenient-json.ts';
import { isOfTemplateV1, isTemplateV1, templateOfV1 } from './template-v1.ts';

type Json = Readonly<Record<string, unknown>>;

/** A document that a file holds. */
export interface Found {
  /** The file. */
  readonly source: string;
  /** Where in it: `$`, `$.pipelines[0]`, `block 2`. */
  readonly path: string;
  readonly kind: 'pipeline' | 'template';
  readonly format: string;
  readonly document: Json;
  /** The document's exact text, where the file is nothing else. */
  readonly text?: string;
  /** What was done to read it. */
  readonly notes: readonly string[];
}

/** Something that cannot be imported, and why. */
export interface Refused {
  readonly source: string;
  readonly path: string;
  readonly reason: string;
  readonly fix?: string;
}

/** What a file holds. */
export interface Contents {
  readonly found: readonly Found[];
  readonly refused: readonly Refused[];
}

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const hasStages = (value: Json): boolean =>
  Array.isArray(value['stages']) && value['stages'].every((stage) => isObject(stage));

/**
 * Finds the pipelines and templates in a file: bare objects, lists, wrappers, Front50 exports, PaCRD resources,
 * dinghyfiles without modules, JSON within JSON, and JSON in the code blocks of markdown. Never throws.
 */
export function readDocuments(source: string, text: string): Contents {
  const found: Found[] = [];
  const refused: Refused[] = [];
  const into = { source, found, refused };
  const extension = /\.([a-z0-9]+)$/i.exec(source)?.[1]?.toLowerCase() ?? '';
  if (extension === 'jsonnet' || extension === 'libsonnet')
    refused.push({
      source,
      path: '$',
      reason: 'Jsonnet has to be evaluated first',
      fix: `jsonnet ${source} > FILE.json`,
    });
  else if (extension === 'md' || extension === 'markdown') readMarkdown(text, into);
  else if (extension === 'yml' || extension === 'yaml') readYaml(text, into);
  else readJson(text, into);
  if (found.length === 0 && refused.length === 0)
    refused.push({
      source,
      path: '$',
      reason: 'It holds no pipeline: nothing in it has a list of stages',
      fix: 'name a file with {"name": ..., "application": ..., "stages": [...]}',
    });
  return { found, refused };
}

interface Into {
  readonly source: string;
  readonly found: Found[];
  readonly refused: Refused[];
}

function readJson(text: string, into: Into): void {
  try {
    const { value, exact } = readLenientJson(text);
    const notes = exact ? [] : ['comments and commas at the ends of lists were left out'];
    const before = into.found.length;
    collect(value, '$', exact ? 'JSON' : 'JSON with comments', notes, into);
    const [only, ...more] = into.found.slice(before);
    if (exact && only?.path === '$' && more.length === 0 && only.document === value)
      into.found.splice(before, 1, { ...only, text });
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const placeholder = /\{\{[^}]*\}\}|<%[^%]*%>|\{%[^%]*%\}/.exec(text)?.[0];
    into.refused.push({
      source: into.source,
      path: '$',
      ...(placeholder === undefined
        ? { reason: `It is not JSON: ${error.message}`, fix: 'correct the syntax at that place' }
        : {
            reason: `It is a template that has to be rendered first: it holds ${placeholder.slice(0, 60)}`,
            fix: placeholder.includes('module')
              ? 'render it with dinghy and import the result'
              : 'render it and import the result',
          }),
    });
  }
}

function readYaml(text: string, into: Into): void {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  if (!Array.isArray(documents)) return;
  for (const [index, document] of documents.entries()) {
    const path = documents.length === 1 ? '$' : `document ${index + 1}`;
    const [problem] = document.errors;
    if (problem)
      into.refused.push({
        source: into.source,
        path,
        reason: `It is not YAML: ${problem.message.split('\n')[0]}`,
        fix: 'correct the syntax at that place',
      });
    else
      try {
        collect(document.toJS({ maxAliasCount: 1_000 }) as unknown, path, 'YAML', [], into);
      } catch (error) {
        const reason = `It is not YAML: ${error instanceof Error ? error.message : String(error)}`;
        into.refused.push({ source: into.source, path, reason });
      }
  }
}

function readMarkdown(text: string, into: Into): void {
  let index = 0;
  for (const [, body = ''] of text.matchAll(/^[ \t]*(?:```|~~~)[^\n]*\n([\s\S]*?)^[ \t]*(?:```|~~~)/gm)) {
    index++;
    if (!/^\s*[[{]/.test(body)) continue;
    const inner: Into = { source: into.source, found: [], refused: [] };
    readJson(body, inner);
    const path = `block ${index}`;
    into.found.push(
      ...inner.found.map(({ text: _text, ...one }) => ({
        ...one,
        path: one.path === '$' ? path : `${path} ${one.path}`,
        format: 'JSON in markdown',
      })),
    );
    // A block that is no pipeline is an example of something else; one that should be and cannot be read is told.
    if (/"stages"\s*:/.test(body)) into.refused.push(...inner.refused.map((one) => ({ ...one, path: `${path}` })));
  }
}

/** Finds documents in a value, however they are wrapped. */
function collect(value: unknown, path: string, format: string, notes: readonly string[], into: Into, depth = 0): void {
  if (depth > 12) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      collect(item, `${path}[${index}]`, format === 'JSON' ? 'list of JSON' : format, notes, into, depth + 1);
    return;
  }
  if (!isObject(value)) return;
  const add = (document: Json, kind: Found['kind'], how: string, more: readonly string[] = []): void => {
    into.found.push({ source: into.source, path, kind, format: how, document, notes: [...notes, ...more] });
    withinStages(document, path, notes, into, depth);
  };
  if (String(value['apiVersion'] ?? '').startsWith('pacrd.')) {
    if (value['kind'] === 'Pipeline') add(...fromPacrd(value));
    return;
  }
  if (typeof value['archive'] === 'string' && value['archive'].startsWith('gennaker/')) {
    into.refused.push({
      source: into.source,
      path,
      reason: 'It is an archive of a whole system',
      fix: 'restore it by itself: gennaker import FILE, or POST /archive',
    });
    return;
  }
  if (isTemplateV1(value)) {
    const converted = templateOfV1(value);
    if ('template' in converted) return add(converted.template, 'template', 'template v1', converted.notes);
    const { place, reason, fix } = converted;
    into.refused.push({ source: into.source, path: `${path}.${place}`, reason, fix });
    return;
  }
  if (isOfTemplateV1(value)) {
    into.refused.push({
      source: into.source,
      path,
      reason: 'It is a pipeline after a template of schema 1, which Spinnaker has given up',
      fix: 'plan it in Spinnaker and import the result',
    });
    return;
  }
  if (value['schema'] === 'v2' && isObject(value['pipeline'])) return add(value, 'template', 'template v2');
  if (hasStages(value) || (value['type'] === 'templatedPipeline' && value['template'] !== undefined))
    return add(value, 'pipeline', format);
  if (Array.isArray(value['pipelines'])) {
    const { application } = value;
    for (const [index, item] of (value['pipelines'] as readonly unknown[]).entries())
      collect(
        isObject(item) && typeof application === 'string' ? { application, ...item } : item,
        `${path}.pipelines[${index}]`,
        'list with its application',
        notes,
        into,
        depth + 1,
      );
    return;
  }
  const { pipeline } = value;
  if (isObject(pipeline) && hasStages(pipeline)) {
    const application = pipeline['application'] ?? pipeline['app'] ?? value['application'];
    const document = typeof application === 'string' ? { application, ...pipeline } : pipeline;
    collect(document, `${path}.pipeline`, 'JSON in a wrapper', notes, into, depth + 1);
    return;
  }
  for (const [key, item] of Object.entries(value)) collectText(item, `${path}.${key}`, notes, into, depth);
}

/** JSON that stands in a text: data of a ConfigMap, the pipeline of a savePipeline stage. */
function collectText(value: unknown, path: string, notes: readonly string[], into: Into, depth: number): void {
  if (typeof value !== 'string')
    return isObject(value) ? collect(value, path, 'JSON', notes, into, depth + 1) : undefined;
  const plain = /^\s*[[{]/.test(value) ? value : base64Json(value);
  if (plain === undefined || !plain.includes('"stages"')) return;
  try {
    collect(readLenientJson(plain).value, path, 'JSON in a text', notes, into, depth + 1);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    into.refused.push({ source: into.source, path, reason: `The text is not JSON: ${error.message}` });
  }
}

function base64Json(value: string): string | undefined {
  if (value.length < 16 || !/^[A-Za-z0-9+/\s]+=*\s*$/.test(value)) return undefined;
  try {
    const text = new TextDecoder().decode(Uint8Array.from(atob(value.trim()), (char) => char.charCodeAt(0)));
    return /^\s*[[{]/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Pipelines that a pipeline's own stages save. */
function withinStages(document: Json, path: string, notes: readonly string[], into: Into, depth: number): void {
  const stages = Array.isArray(document['stages']) ? (document['stages'] as readonly unknown[]) : [];
  for (const [index, stage] of stages.entries())
    if (isObject(stage) && /^(save|update)Pipeline/.test(String(stage['type'])))
      collectText(stage['pipeline'], `${path}.stages[${index}].pipeline`, notes, into, depth);
}

/** A Kubernetes resource of PaCRD: its stages' properties stand beside their type. */
function fromPacrd(value: Json): [Json, 'pipeline', string, string[]] {
  const spec = isObject(value['spec']) ? value['spec'] : {};
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  const stages = Array.isArray(spec['stages']) ? (spec['stages'] as readonly unknown[]) : [];
  const lower = (type: string): string => type.charAt(0).toLowerCase() + type.slice(1);
  const renamed = stages.filter((stage) => isObject(stage) && /^[A-Z]/.test(String(stage['type'])));
  return [
    {
      name: metadata['name'],
      ...spec,
      stages: stages.filter(isObject).map(({ type, properties, ...stage }) => ({
        ...stage,
        ...(isObject(properties) ? properties : {}),
        type: lower(String(type)),
      })),
    },
    'pipeline',
    'PaCRD',
    renamed.length > 0 ? ['types of stages begin with a small letter, as its controller writes them'] : [],
  ];
}
