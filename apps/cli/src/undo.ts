import { parseArgs } from 'node:util';
import { orcaUndoRoutes, type UndoPreview } from '@gennaker/contracts/orca-undo';
import { gateNamed, saying } from './gate-client.ts';
import { Sentence } from './up/sentence.ts';

const USAGE = 'See "gennaker undo --help" for what it can do.';

/**
 * `gennaker undo EXECUTION [--dry-run] [--force]`: shows what takes back what an execution did to clouds, and starts it.
 * Answers the exit code: 1 where nothing could be started. @throws Sentence for a wrong command line, a system that does
 * not run, what gate refuses
 */
export async function undo(root: string, args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  const [id] = positionals;
  if (id === undefined || positionals.length > 1) throw new Sentence(`Name one execution by its id. ${USAGE}`);
  const gate = await gateNamed(root, values, orcaUndoRoutes);
  const preview = await saying(() => gate.previewUndo({ params: { id } }));
  process.stdout.write(`${previewText(preview)}\n`);
  if (preview.problems.length > 0) return 1;
  if (values['dry-run'] === true) return 0;
  if (preview.needsForce && values.force !== true) {
    process.stdout.write('Nothing was started. With --force the rest is taken back all the same.\n');
    return 1;
  }
  const { ref } = await saying(() => gate.startUndo({ params: { id }, body: { force: values.force === true } }));
  process.stdout.write(`Started: ${ref}\n`);
  return 0;
}

/** What an undo would do, for people: its changes, the last one first. */
export function previewText(preview: UndoPreview): string {
  const lines = preview.entries.flatMap((entry) => [
    `- ${entry.did}`,
    ...entry.steps.flatMap((step) => [
      `    ${step.sentence}`,
      ...step.preview.changes.map((change) => `      ${change}`),
      ...step.preview.warnings.map((warning) => `      Note: ${warning}`),
      ...step.preview.problems.map((problem) => `      As it is now it would be refused: ${problem}`),
    ]),
    ...(entry.left === undefined ? [] : [`    nothing to do: ${entry.left}`]),
    ...(entry.impossible === undefined ? [] : [`    cannot be taken back: ${entry.impossible}`]),
  ]);
  return [
    preview.sentence,
    ...lines,
    ...preview.drift.map((line) => `Changed since: ${line}`),
    ...preview.children.map((id) => `Not part of this: execution ${id}, which it started; undo it by itself.`),
    ...preview.problems.map((problem) => `It cannot be started: ${problem}.`),
  ].join('\n');
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        offset: { type: 'string' },
        'dry-run': { type: 'boolean' },
        force: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : String(error)} ${USAGE}`);
  }
}
