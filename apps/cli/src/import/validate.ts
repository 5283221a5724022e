import { ServiceError } from '@gennaker/contracts/error';
import { checkPipeline, type Known } from '@gennaker/documents/check-pipeline';
import { judgeDocuments } from '@gennaker/documents/judge-documents';
import { knownStages } from '@gennaker/documents/known-stages';
import { stages } from '@gennaker/stages/server';
import { strategies } from '@gennaker/strategies/server';
import { notifications } from '@gennaker/notifications/server';
import { triggers } from '@gennaker/triggers/server';
import { parseArgs } from 'node:util';
import { reasonOf, Sentence } from '../up/sentence.ts';
import { readSources } from './read-sources.ts';

const USAGE = 'See "gennaker validate --help" for what it can do.';

/**
 * `gennaker validate FILE|FOLDER... [--strict] [--account NAME]`: the checks of a save, without a system. Answers the
 * exit code: 1 when a save would refuse something; with --strict also when it would warn.
 * @throws Sentence for a wrong command line
 */
export async function validate(args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  if (positionals.length === 0) throw new Sentence(`Name files or folders with pipelines. ${USAGE}`);
  const contents = await readSources(positionals, undefined);
  const judgement = judgeDocuments(contents, knownStages(), { application: values.application });
  const lines = judgement.refused.map(({ source, path, reason }) => ({ level: 'error', source, path, text: reason }));
  for (const { kind, source, path, document } of judgement.documents) {
    if (kind !== 'pipeline') continue;
    try {
      const { warnings } = checkPipeline(document, known(values.account ?? []));
      for (const { field, message, fix } of warnings)
        lines.push({
          level: 'warning',
          source,
          path: `${path} ${field ?? ''}`,
          text: fix ? `${message}; ${fix}` : message,
        });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { field, fix } = error.details;
      lines.push({
        level: 'error',
        source,
        path: `${path} ${field ?? ''}`,
        text: fix ? `${error.message}; ${fix}` : error.message,
      });
    }
  }
  for (const { level, source, path, text } of lines)
    process.stdout.write(`${level}: ${source} ${path.trim()}: ${text}\n`);
  const errors = lines.filter(({ level }) => level === 'error').length;
  process.stdout.write(
    `${judgement.documents.length} documents: ${errors} errors, ${lines.length - errors} warnings.\n`,
  );
  return errors > 0 || (values.strict === true && lines.length > 0) ? 1 : 0;
}

function known(accounts: readonly string[]): Known {
  return {
    stageTypes: new Set(Object.values(stages).flatMap(({ type, aliases }) => [type, ...(aliases ?? [])])),
    triggerTypes: new Set(Object.keys(triggers)),
    triggerProblems: (trigger) =>
      Object.values(triggers)
        .find(({ type }) => type === trigger['type'])
        ?.problems?.(trigger, Date.now()) ?? [],
    notificationTypes: notifications,
    accounts: new Set(accounts),
    strategies: Object.values(strategies),
  };
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        strict: { type: 'boolean' },
        account: { type: 'string', multiple: true },
        application: { type: 'string' },
      },
    });
  } catch (error) {
    throw new Sentence(`${reasonOf(error)}. ${USAGE}`);
  }
}
