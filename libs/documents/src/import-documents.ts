import type { ImportOutcome, ImportResult, Rehearsal } from '@gennaker/contracts/document-import';
import { ServiceError } from '@gennaker/contracts/error';
import { checkPipeline } from './check-pipeline.ts';
import { type Defaults, type JudgedDocument, judgeDocuments, tableOf } from './judge-documents.ts';
import type { KnownStages } from './judge-stage.ts';
import type { Contents } from './read-documents.ts';

type Json = Readonly<Record<string, unknown>>;

/** A pipeline with its JSON. */
interface WithText {
  readonly document: Json;
  readonly text: string;
}

/** Where documents are stored. What it refuses, it throws as a ServiceError below 500. */
export interface DocumentStore {
  /** Id of the stored document of the same id or name; undefined: there is none. */
  existing(document: JudgedDocument): Promise<string | undefined>;
  create(document: JudgedDocument): Promise<void>;
  replace(document: JudgedDocument, id: string): Promise<void>;
}

/** How an import is made. */
export interface ImportOptions extends Defaults {
  readonly known: KnownStages;
  readonly dryRun: boolean;
  readonly replace: boolean;
  /** Of what the files hold, these alone; absent: everything. */
  readonly only?: readonly { readonly source: string; readonly path: string }[] | undefined;
  /** Absent: nothing is looked up or stored. */
  readonly store?: DocumentStore | undefined;
  /** Runs a pipeline beside others that it may start; a text says why it did not. Absent: nothing is rehearsed. */
  readonly rehearse?: ((pipeline: Json, others: readonly Json[]) => Promise<Rehearsal | string>) | undefined;
}

/**
 * Imports what files hold: each document is read, checked as a save does, judged, rehearsed when all of its stages are
 * supported, and stored. Templates are stored first, so that pipelines find theirs. A document that is refused holds up
 * no other.
 * @throws whatever the store throws that is no refusal
 */
export async function importDocuments(contents: readonly Contents[], options: ImportOptions): Promise<ImportResult> {
  const { only } = options;
  const chosen = ({ source, path }: { readonly source: string; readonly path: string }): boolean =>
    only === undefined || only.some((one) => one.source === source && one.path === path);
  const judgement = judgeDocuments(contents, options.known, options);
  const documents = judgement.documents.filter(chosen);
  const pipelines = judgement.documents.flatMap(({ kind, document }) =>
    kind === 'pipeline' ? [{ document, text: JSON.stringify(document) }] : [],
  );
  const outcomes = new Map<JudgedDocument, ImportOutcome>();
  for (const document of documents.toSorted((a, b) => Number(b.kind === 'template') - Number(a.kind === 'template')))
    outcomes.set(document, await outcomeOf(document, pipelines, options));
  const refused = judgement.refused.filter(chosen).map((one): ImportOutcome => ({
    ...one,
    ...{ name: '', application: '', result: 'refused', notes: [], stages: [] },
    ...{ mapped: 0, approximated: 0, unsupported: 0 },
  }));
  return {
    dryRun: options.dryRun,
    documents: [...documents.flatMap((document) => outcomes.get(document) ?? []), ...refused],
    stageTypes: tableOf(documents),
  };
}

async function outcomeOf(
  document: JudgedDocument,
  pipelines: readonly WithText[],
  options: ImportOptions,
): Promise<ImportOutcome> {
  const count = (verdict: string): number => document.stages.filter((stage) => stage.verdict === verdict).length;
  const { source, path, kind, format } = document;
  const isTemplate = kind === 'template';
  const about = {
    ...{ source, path, kind, format },
    name: String(document.document[isTemplate ? 'id' : 'name']),
    application: isTemplate ? '' : String(document.document['application']),
    mapped: count('mapped'),
    approximated: count('approximated'),
    unsupported: count('unsupported'),
    stages: [...document.stages],
  };
  const notes = [...document.notes, ...document.warnings];
  const refused = refusal(() => void checkPipelineOf(document, options.known));
  if (refused) return { ...about, notes, ...refused };
  const rehearsal = await rehearsed(document, pipelines, options);
  if (typeof rehearsal === 'string') notes.push(rehearsal);
  const known = { ...about, notes, ...(typeof rehearsal === 'object' ? { rehearsal } : {}) };
  try {
    return { ...known, ...(await stored(document, options)) };
  } catch (error) {
    return { ...known, ...refusalBy(error) };
  }
}

/** What a save would refuse is refused before anything is stored. */
function checkPipelineOf({ kind, document }: JudgedDocument, { definitions }: KnownStages): void {
  if (kind !== 'pipeline') return;
  const nothing = new Set<string>();
  const stageTypes = new Set(definitions.keys());
  checkPipeline(document, { stageTypes, triggerTypes: nothing, accounts: nothing, strategies: [] });
}

async function rehearsed(
  { kind, document, stages }: JudgedDocument,
  pipelines: readonly WithText[],
  { rehearse }: ImportOptions,
): Promise<Rehearsal | string | undefined> {
  const isWhole = stages.length > 0 && stages.every(({ verdict }) => verdict !== 'unsupported');
  if (!rehearse || kind !== 'pipeline' || !isWhole) return undefined;
  return rehearse(document, named(document, pipelines));
}

/** The pipelines that one names by id or name, and those that they name: what it may start. */
function named(document: Json, pipelines: readonly WithText[]): Json[] {
  const found = new Set<WithText>();
  const texts = [JSON.stringify(document)];
  for (let text = texts.pop(); text !== undefined; text = texts.pop())
    for (const one of pipelines) {
      const { id, name } = one.document;
      if (found.has(one) || one.document === document) continue;
      if (![id, name].some((word) => typeof word === 'string' && word !== '' && text?.includes(word))) continue;
      found.add(one);
      texts.push(one.text);
    }
  return [...found].map((one) => one.document);
}

async function stored(
  document: JudgedDocument,
  { store, dryRun, replace }: ImportOptions,
): Promise<Pick<ImportOutcome, 'result' | 'existingId' | 'reason' | 'fix'>> {
  const existingId = await store?.existing(document);
  if (existingId !== undefined && !replace)
    return {
      result: 'exists',
      existingId,
      reason: `there is such a ${document.kind} already, with the id "${existingId}"`,
      fix: 'let the import replace it; the version before stays in its history',
    };
  if (dryRun || !store)
    return existingId === undefined ? { result: 'would be imported' } : { result: 'would be replaced', existingId };
  if (existingId === undefined) {
    await store.create(document);
    return { result: 'imported' };
  }
  await store.replace(document, existingId);
  return { result: 'replaced', existingId };
}

type RefusedOutcome = Pick<ImportOutcome, 'result' | 'reason' | 'fix'>;

function refusal(check: () => void): RefusedOutcome | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return refusalBy(error);
  }
}

function refusalBy(error: unknown): RefusedOutcome {
  if (!(error instanceof ServiceError) || error.status >= 500) throw error;
  const { field, fix } = error.details;
  return {
    result: 'refused',
    reason: `${field ?? '$'}: ${error.message}`,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** How stored documents are looked up; each throws a ServiceError 404 when there is none. */
export interface StoredDocuments {
  template(id: string): Promise<{ readonly id: string }>;
  byId(id: string): Promise<{ readonly id?: string | undefined }>;
  byName(application: string, name: string): Promise<{ readonly id?: string | undefined }>;
}

/** Id of the stored document of the same id, else of the same name; undefined: there is none. */
export async function existingId(
  { kind, document }: Pick<JudgedDocument, 'kind' | 'document'>,
  stored: StoredDocuments,
): Promise<string | undefined> {
  const { id, name, application } = document;
  const hasId = typeof id === 'string' && id.trim() !== '';
  if (kind === 'template') return hasId ? unlessMissing(stored.template(id)) : undefined;
  const found = hasId ? await unlessMissing(stored.byId(id)) : undefined;
  return found ?? unlessMissing(stored.byName(String(application).trim(), String(name).trim()));
}

async function unlessMissing(looked: Promise<{ readonly id?: string | undefined }>): Promise<string | undefined> {
  try {
    return (await looked).id;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * The text that a document is stored with: its own where its file is nothing else, written anew otherwise. `id`: that
 * it is stored under; a text that says another one is written anew.
 */
export function textUnder({ text, document }: Pick<JudgedDocument, 'text' | 'document'>, id?: string): string {
  const own = document['id'];
  if (id !== undefined && own !== undefined && own !== id) return JSON.stringify({ ...document, id }, null, 2);
  return text ?? JSON.stringify(document, null, 2);
}
