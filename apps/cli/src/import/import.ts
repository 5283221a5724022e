import { parseArgs } from 'node:util';
import type { Archive, RestoredArchive } from '@gennaker/contracts/archive';
import type { ImportOutcome, ImportResult, Rehearsal } from '@gennaker/contracts/document-import';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { importDocuments } from '@gennaker/documents/import-documents';
import { knownStages } from '@gennaker/documents/known-stages';
import { asPipelineJson } from '@gennaker/simulation/pipeline-json';
import { rehearse } from '@gennaker/simulation/rehearse';
import { gateNamed, saying } from '../gate-client.ts';
import { reasonOf, Sentence } from '../up/sentence.ts';
import { restoreArchive } from './archive.ts';
import { gateStore } from './gate-store.ts';
import { notYetIn, readAround } from './read-gate.ts';
import { isGate, readArchive, readSources } from './read-sources.ts';

const USAGE = 'See "gennaker import --help" for what it can do.';

/**
 * `gennaker import FILE|FOLDER|GATE_URL...`: reads pipelines and templates, judges each stage, rehearses what is wholly
 * supported, and saves them. Answers the exit code: 1 when something was refused.
 * @throws Sentence for a wrong command line, or a system that does not run
 */
export async function importSources(root: string, args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  if (positionals.length === 0) throw new Sentence(`Name files, folders or the address of a gate. ${USAGE}`);
  const [only] = positionals;
  const archive = positionals.length === 1 && only !== undefined ? await readArchive(only) : undefined;
  if (archive) return imported(await gateNamed(root, values, gateApi), archive);
  const token = values['token-variable'] === undefined ? undefined : process.env[values['token-variable']];
  const contents = await readSources(positionals, token);
  const dryRun = values['dry-run'] === true;
  const gate = dryRun ? undefined : await gateNamed(root, values, gateApi);
  const around: string[] = [];
  let isRefused = false;
  for (const source of positionals.filter(isGate)) {
    const read = await readAround(source, token);
    const { refused, line } = await importAround(read, gate, values.replace === true);
    around.push(...refused, line);
    isRefused ||= refused.length > 0;
  }
  const result = await importDocuments(contents, {
    known: knownStages(),
    application: values.application,
    dryRun,
    replace: values.replace === true,
    store: gate ? gateStore(gate) : undefined,
    rehearse:
      values['no-rehearsal'] === true
        ? undefined
        : (pipeline, others) => rehearse(asPipelineJson(pipeline), others.map(asPipelineJson)),
  });
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify({ ...result, around }, null, 2)}\n`
      : `${[...around, report(result)].join('\n')}\n`,
  );
  return isRefused || result.documents.some((document) => document.result === 'refused') ? 1 : 0;
}

/** Imports what stands around the pipelines of a live system; without a gate it is only counted. */
async function importAround(
  read: Archive,
  gate: Client<typeof gateApi> | undefined,
  replace: boolean,
): Promise<{ readonly refused: readonly string[]; readonly line: string }> {
  const wanted =
    gate && !replace
      ? notYetIn(read, {
          applications: await gate.listApplications({}),
          projects: await gate.listProjects({}),
          strategies: await gate.allStrategyConfigs({}),
        })
      : read;
  const projects = wanted.documents.filter(({ kind }) => kind === 'project').length;
  const counts = [
    `${wanted.applications.length} applications`,
    `notifications of ${wanted.documents.length - projects}`,
    `${wanted.strategies.length} strategies`,
    `${projects} projects`,
  ].join(', ');
  if (!gate) return { refused: [], line: `Around the pipelines: ${counts} would be imported.` };
  const { restored, refused } = await restoreArchive(gate, wanted);
  return {
    refused: refused.map(refusedLine),
    line: `Around the pipelines: ${counts}; ${restored} imported, ${refused.length} refused.${replace ? '' : ' What exists was left alone.'}`,
  };
}

function refusedLine({ what, message, fix }: RestoredArchive['refused'][number]): string {
  return `refused  ${what}: ${message}${fix ? `; ${fix}` : ''}`;
}

async function imported(gate: Client<typeof gateApi>, archive: Archive): Promise<number> {
  const { restored, refused } = await saying(() => restoreArchive(gate, archive));
  process.stdout.write(
    `${[...refused.map(refusedLine), `${restored} restored, ${refused.length} refused.`].join('\n')}\n`,
  );
  return refused.length > 0 ? 1 : 0;
}

/** The report for people: one line for each document, then the table of stage types. */
export function report({ documents, stageTypes }: ImportResult): string {
  const lines = documents.flatMap((one) => [
    `${one.result.padEnd(18)} ${one.source} ${one.path}${one.name === '' ? '' : `: ${nameOf(one)} (${one.mapped} mapped, ${one.approximated} approximated, ${one.unsupported} unsupported)${rehearsalText(one.rehearsal)}`}`,
    ...(one.reason === undefined ? [] : [`    ${one.reason}${one.fix === undefined ? '' : `; ${one.fix}`}`]),
    ...one.notes.map((note) => `    ${note}`),
  ]);
  const reasons = documents.flatMap(({ source, path, stages }) =>
    stages
      .filter(({ verdict }) => verdict !== 'mapped')
      .flatMap(({ type, reasons: why }) =>
        why.map(({ path: at, reason }) => `    ${source} ${path} ${at} (${type}): ${reason}`),
      ),
  );
  const width = Math.max(10, ...stageTypes.map(({ type }) => type.length));
  const count = (...results: readonly ImportOutcome['result'][]): number =>
    documents.filter(({ result }) => results.includes(result)).length;
  const done = count('imported', 'replaced');
  return [
    ...lines,
    '',
    ...(reasons.length > 0 ? ['What is not simply mapped:', ...reasons, ''] : []),
    `${'stage type'.padEnd(width)}  mapped  approximated  unsupported`,
    ...stageTypes.map(
      (line) =>
        `${line.type.padEnd(width)}  ${String(line.mapped).padStart(6)}  ${String(line.approximated).padStart(12)}  ${String(line.unsupported).padStart(11)}${line.why === undefined ? '' : `  ${line.why}`}`,
    ),
    '',
    `${done + count('would be imported', 'would be replaced')} ${done > 0 ? 'imported' : 'can be imported'}, ${count('exists')} exist already, ${count('refused')} refused.`,
  ].join('\n');
}

function nameOf({ kind, application, name }: ImportOutcome): string {
  return kind === 'template' ? `template ${name}` : `${application}/${name}`;
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
