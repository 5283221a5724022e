import type { ImportedType, JudgedStage } from '@gennaker/contracts/document-import';
import { judgeStage, type KnownStages } from './judge-stage.ts';
import type { Contents, Found, Refused } from './read-documents.ts';

/** A document with the verdict on each of its stages. */
export interface JudgedDocument extends Found {
  readonly stages: readonly JudgedStage[];
  /** What whoever imports it should know. */
  readonly warnings: readonly string[];
}

/** What an import would do. */
export interface Judgement {
  readonly documents: readonly JudgedDocument[];
  readonly refused: readonly Refused[];
}

/** Defaults for what a document does not say itself: Spinnaker's own export as JSON leaves both out. */
export interface Defaults {
  readonly application?: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const isBlank = (value: unknown): boolean => typeof value !== 'string' || value.trim() === '';

/** Judges what files hold: names and applications are filled in, each stage gets its verdict. */
export function judgeDocuments(contents: readonly Contents[], known: KnownStages, defaults: Defaults): Judgement {
  const refused = contents.flatMap((one) => one.refused);
  const documents = contents
    .flatMap((one) => one.found)
    .flatMap((found): JudgedDocument[] => {
      const named = found.kind === 'template' ? found : withNames(found, defaults);
      if ('reason' in named) {
        refused.push(named);
        return [];
      }
      const pipeline = found.kind === 'template' ? found.document['pipeline'] : named.document;
      const stages = isObject(pipeline) && Array.isArray(pipeline['stages']) ? pipeline['stages'] : [];
      const list = (stages as readonly unknown[]).filter(isObject);
      const prefix = found.kind === 'template' ? 'pipeline.stages' : 'stages';
      return [
        {
          ...named,
          stages: list.map((stage, index) => judgeStage(stage, `${prefix}[${index}]`, known)),
          warnings:
            list.length > 1 && list.every((stage) => stage['refId'] === undefined)
              ? ['no stage has a refId: they run one after the other, as they stand']
              : [],
        },
      ];
    });
  return { documents, refused };
}

function withNames(found: Found, defaults: Defaults): Found | Refused {
  const { document, source } = found;
  const notes = [...found.notes];
  const added: Record<string, unknown> = {};
  if (isBlank(document['name'])) {
    added['name'] = nameOf(source, found.path);
    notes.push(`it has no name; the file's was taken: ${String(added['name'])}`);
  }
  if (isBlank(document['application'])) {
    if (isBlank(defaults.application))
      return {
        source,
        path: found.path,
        reason: 'It names no application',
        fix: 'say which one with --application NAME',
      };
    added['application'] = defaults.application;
    notes.push(`it names no application; ${defaults.application} was taken`);
  }
  if (Object.keys(added).length === 0) return found;
  const { text: _text, ...rest } = found;
  return { ...rest, document: { ...document, ...added }, notes };
}

function nameOf(source: string, path: string): string {
  const file = source.slice(source.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const place = path === '$' ? '' : ` ${path.replace(/[^\w]+/g, ' ').trim()}`;
  return `${file}${place}`.replace(/[\\/?#%^]/g, '-').slice(0, 200);
}

/** Verdicts per stage type, the commonest type first. */
export function tableOf(documents: readonly JudgedDocument[]): ImportedType[] {
  const types = new Map<string, JudgedStage[]>();
  for (const stage of documents.flatMap(({ stages }) => stages))
    types.set(stage.type, [...(types.get(stage.type) ?? []), stage]);
  const count = (stages: readonly JudgedStage[], verdict: JudgedStage['verdict']): number =>
    stages.filter((stage) => stage.verdict === verdict).length;
  return [...types]
    .toSorted(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1))
    .map(([type, stages]) => {
      const why = commonest(stages.flatMap(({ reasons }) => reasons.map(({ reason }) => reason)));
      return {
        type: type === '' ? '(none)' : type,
        mapped: count(stages, 'mapped'),
        approximated: count(stages, 'approximated'),
        unsupported: count(stages, 'unsupported'),
        ...(why === undefined ? {} : { why }),
      };
    });
}

function commonest(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
