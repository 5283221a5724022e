import { parseArgs } from 'node:util';
import { ServiceError } from '@gennaker/contracts/error';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { type JudgedDocument, judgeDocuments, type Judgement, tableOf } from '@gennaker/documents/judge-documents';
import type { KnownStages } from '@gennaker/documents/judge-stage';
import type { PipelineJson } from '@gennaker/simulation/pipeline-json';
import { type Rehearsal, rehearse } from '@gennaker/simulation/rehearse';
import { stages } from '@gennaker/stages/server';
import { strategies } from '@gennaker/strategies/server';
import { gateNamed } from '../gate-client.ts';
import { reasonOf, Sentence } from '../up/sentence.ts';
import { type Archive, restoreArchive } from './archive.ts';
import { readArchive, readSources } from './read-sources.ts';

const USAGE = 'See "gennaker import --help" for what it can do.';

/** What became of one document. */
export interface Outcome {
  readonly source: string;
  readonly path: string;
  readonly name: string;
  readonly application: string;
  readonly result: 'imported' | 'would be imported' | 'exists' | 'refused';
  readonly mapped: number;
  readonly approximated: number;
  readonly unsupported: number;
  readonly notes: readonly string[];
  readonly rehearsal?: Rehearsal;
  readonly reason?: string;
}

/**
 * `gennaker import FILE|FOLDER|GATE_URL...`: reads pipelines and templates, judges each stage, rehearses what is wholly
 * supported, and saves them. Answers the exit code: 1 when something was refused.
 * @throws Sentence for a wrong command line, or a system that does not run
 */
export async function importDocuments(root: string, args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  if (positionals.length === 0) throw new Sentence(`Name files, folders or the address of a gate. ${USAGE}`);
  const [only] = positionals;
  const archive = positionals.length === 1 && only !== undefined ? await readArchive(only) : undefined;
  if (archive) return imported(await gateNamed(root, values, gateApi), archive);
  const token = values['token-variable'] === undefined ? undefined : process.env[values['token-variable']];
  const contents = await readSources(positionals, token);
  const judgement = judgeDocuments(contents, knownStages(), { application: values.application });
  const gate = values['dry-run'] === true ? undefined : await gateNamed(root, values, gateApi);
  const outcomes: Outcome[] = [];
  for (const document of judgement.documents) {
    const rehearsal = values['no-rehearsal'] === true ? undefined : await rehearsed(document, judgement);
    outcomes.push(await outcomeOf(document, rehearsal, gate, values.replace === true));
  }
  const refused = judgement.refused.map(({ source, path, reason, fix }): Outcome => ({
    ...{ source, path, name: '', application: '', result: 'refused', notes: [] },
    ...{ mapped: 0, approximated: 0, unsupported: 0, reason: fix === undefined ? reason : `${reason}; ${fix}` },
  }));
  const all = [...outcomes, ...refused];
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify({ documents: all, stageTypes: tableOf(judgement.documents) }, null, 2)}\n`
      : `${report(all, judgement)}\n`,
  );
  return all.some(({ result }) => result === 'refused') ? 1 : 0;
}

async function imported(gate: Client<typeof gateApi>, archive: Archive): Promise<number> {
  const refused = await restoreArchive(gate, archive);
  process.stdout.write(
    `${[...refused.map((line) => `refused  ${line}`), `The archive is imported; ${refused.length} refused.`].join('\n')}\n`,
  );
  return refused.length > 0 ? 1 : 0;
}

/** The stage types, clouds and strategies of this installation. */
export function knownStages(): KnownStages {
  return {
    definitions: new Map(
      Object.values(stages).flatMap((definition) =>
        [definition.type, ...(definition.aliases ?? [])].map((type) => [type, definition] as const),
      ),
    ),
    providers: new Set(['gce']),
    strategies: new Set(
      Object.values(strategies).flatMap(({ type, aliases }) =>
        [type, ...(aliases ?? [])].map((name) => name.toLowerCase()),
      ),
    ),
  };
}

async function rehearsed(document: JudgedDocument, { documents }: Judgement): Promise<Rehearsal | undefined> {
  const isWhole = document.stages.length > 0 && document.stages.every(({ verdict }) => verdict !== 'unsupported');
  if (document.kind !== 'pipeline' || !isWhole) return undefined;
  const others = documents.filter((one) => one.kind === 'pipeline' && one !== document).map(pipelineJson);
  return rehearse(pipelineJson(document), others);
}

function pipelineJson({ document }: JudgedDocument): PipelineJson {
  const { id, name, application, stages: list } = document;
  return {
    ...document,
    id: typeof id === 'string' ? id : String(name),
    name: String(name),
    application: String(application),
    stages: Array.isArray(list) ? (list as PipelineJson['stages']) : [],
  };
}

async function outcomeOf(
  document: JudgedDocument,
  rehearsal: Rehearsal | undefined,
  gate: Client<typeof gateApi> | undefined,
  replace: boolean,
): Promise<Outcome> {
  const count = (verdict: string): number => document.stages.filter((stage) => stage.verdict === verdict).length;
  const isTemplate = document.kind === 'template';
  const about = {
    source: document.source,
    path: document.path,
    name: String(isTemplate ? document.document['id'] : document.document['name']),
    application: isTemplate ? '(template)' : String(document.document['application']),
    mapped: count('mapped'),
    approximated: count('approximated'),
    unsupported: count('unsupported'),
    notes: [...document.notes, ...document.warnings],
    ...(rehearsal ? { rehearsal } : {}),
  };
  if (!gate) return { ...about, result: 'would be imported' };
  try {
    if (isTemplate) await gate.createTemplate({ query: {}, body: document.document });
    else await save(gate, document, replace);
    return { ...about, result: 'imported' };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status >= 500) throw error;
    const fix = error.details.fix ? `; ${error.details.fix}` : '';
    if (typeof error.details['existingId'] === 'string')
      return {
        ...about,
        result: 'exists',
        reason: `${error.message}; import it with --replace to put it in its place`,
      };
    return { ...about, result: 'refused', reason: `${error.details.field ?? '$'}: ${error.message}${fix}` };
  }
}

/** Saves the exact text where there is one. An export's own id and time belong to the system that it came from. */
async function save(gate: Client<typeof gateApi>, document: JudgedDocument, replace: boolean): Promise<void> {
  const body = document.text ?? JSON.stringify(document.document, null, 2);
  try {
    await gate.savePipelineConfig({ query: {}, body });
  } catch (error) {
    const existing = error instanceof ServiceError ? error.details['existingId'] : undefined;
    if (!replace || typeof existing !== 'string') throw error;
    const text = JSON.stringify({ ...document.document, id: existing }, null, 2);
    await gate.updatePipeline({ params: { id: existing }, query: {}, body: text });
  }
}

/** The report for people: one line for each document, then the table of stage types. */
export function report(outcomes: readonly Outcome[], { documents }: Judgement): string {
  const lines = outcomes.flatMap((one) => [
    one.name === ''
      ? `${one.result.padEnd(18)} ${one.source} ${one.path}`
      : `${one.result.padEnd(18)} ${one.source} ${one.path}: ${one.application}/${one.name} (${one.mapped} mapped, ${one.approximated} approximated, ${one.unsupported} unsupported)${rehearsalText(one.rehearsal)}`,
    ...(one.reason === undefined ? [] : [`    ${one.reason}`]),
    ...one.notes.map((note) => `    ${note}`),
  ]);
  const reasons = documents.flatMap(({ source, path, stages: list }) =>
    list
      .filter(({ verdict }) => verdict !== 'mapped')
      .flatMap(({ type, reasons: why }) =>
        why.map(({ path: at, reason }) => `    ${source} ${path} ${at} (${type}): ${reason}`),
      ),
  );
  const table = tableOf(documents);
  const width = Math.max(10, ...table.map(({ type }) => type.length));
  const count = (result: Outcome['result']): number => outcomes.filter((one) => one.result === result).length;
  return [
    ...lines,
    '',
    ...(reasons.length > 0 ? ['What is not simply mapped:', ...reasons, ''] : []),
    `${'stage type'.padEnd(width)}  mapped  approximated  unsupported`,
    ...table.map(
      (line) =>
        `${line.type.padEnd(width)}  ${String(line.mapped).padStart(6)}  ${String(line.approximated).padStart(12)}  ${String(line.unsupported).padStart(11)}${line.why === undefined ? '' : `  ${line.why}`}`,
    ),
    '',
    `${count('imported') + count('would be imported')} ${count('imported') > 0 ? 'imported' : 'can be imported'}, ${count('exists')} exist already, ${count('refused')} refused.`,
  ].join('\n');
}

function rehearsalText(rehearsal: Rehearsal | undefined): string {
  if (!rehearsal) return '';
  const why = rehearsal.failed ? ` at "${rehearsal.failed.stage}": ${rehearsal.failed.reason}` : '';
  return `; rehearsed: ${rehearsal.status ?? 'never ends'}${why}`;
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        application: { type: 'string' },
        'dry-run': { type: 'boolean' },
        replace: { type: 'boolean' },
        json: { type: 'boolean' },
        'no-rehearsal': { type: 'boolean' },
        'token-variable': { type: 'string' },
        data: { type: 'string' },
        offset: { type: 'string' },
      },
    });
  } catch (error) {
    throw new Sentence(`${reasonOf(error)}. ${USAGE}`);
  }
}
