import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { ExpressionError } from '@gennaker/expressions/error';
import { evaluated } from '@gennaker/expressions/evaluate';
import { EXECUTION_FUNCTIONS } from '@gennaker/expressions/functions/execution';
import { type Helper, taking } from '@gennaker/expressions/functions/helper';
import type { Answer, Lookup } from '@gennaker/expressions/lookups';
import { jsonText, parseJson } from '@gennaker/expressions/json';
import { type Options, Surroundings } from '@gennaker/expressions/surroundings';
import { z } from 'zod';
import { reasonOf, Sentence } from './up/sentence.ts';

const USAGE = 'See "gennaker evaluate --help" for what it can do.';

const expressionsSchema = z.array(z.looseObject({ expr: z.string() }));
const contextSchema = z.record(z.string(), z.unknown());

/** What became of one expression. */
interface Verdict {
  readonly expr: string;
  readonly ok: boolean;
  readonly value: unknown;
  readonly error: string | null;
}

/**
 * `gennaker evaluate --context FILE [--in FILE]`: evaluates expressions without a running system and prints a JSON list
 * of `{expr, ok, value, error}` in their order. Answers the exit code: 0 also when expressions fail.
 * @throws Sentence for files that cannot be read.
 */
export async function evaluateOffline(args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  if (values.context === undefined)
    throw new Sentence(`Name a file with the names that expressions see, as --context FILE. ${USAGE}`);
  const context = contextSchema.safeParse(json(values.context, contents(values.context)));
  if (!context.success)
    throw new Sentence(`${values.context} must hold a JSON object: names, and what they stand for.`);
  const items = positionals.length > 0 ? positionals : await expressionsIn(values.in);
  const verdicts = items.map((expr) => verdict(expr, context.data));
  process.stdout.write(
    `[${verdicts.map((one) => `\n  ${verdictText(one)}`).join(',')}${verdicts.length > 0 ? '\n' : ''}]\n`,
  );
  return 0;
}

function verdictText({ expr, ok, value, error }: Verdict): string {
  return `{"expr":${JSON.stringify(expr)},"ok":${ok},"value":${jsonText(value)},"error":${JSON.stringify(error)}}`;
}

/** Evaluates one expression as at a pipeline's start: a missing key read by a dot is an error. */
export function verdict(expr: string, context: Readonly<Record<string, unknown>>): Verdict {
  const lookup = (name: string): unknown => (Object.hasOwn(context, name) ? context[name] : undefined);
  try {
    const around = new Surroundings({ lookup }, offline(context));
    // Written here, so that a value that cannot be written is this expression's failure.
    const value = evaluated(expr, around);
    jsonText(value);
    return { expr, ok: true, value, error: null };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const place = error.at === undefined ? '' : ` (at ${error.at})`;
    return { expr, ok: false, value: null, error: `${error.message}${place}` };
  }
}

function offline(context: Readonly<Record<string, unknown>>): Options {
  const execution = recordOf(context['execution']);
  const stages = Array.isArray(execution['stages']) ? (execution['stages'] as readonly unknown[]) : [];
  const stageId = recordOf(stages[0])['id'];
  const user = recordOf(execution['authentication'])['user'];
  return {
    unknownKeys: 'error',
    systemProperties: 'none',
    now: Date.now(),
    seed: crypto.randomUUID(),
    helpers: standIns(context),
    lookUp: (lookup) => answer(lookup, context),
    ...(typeof stageId === 'string' ? { stageId } : {}),
    ...(typeof user === 'string' ? { user } : {}),
  };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** What look-ups answer where no system can be asked: placeholders that --help names. */
function answer(lookup: Lookup, context: Readonly<Record<string, unknown>>): Answer {
  switch (lookup.kind) {
    case 'url':
      return { value: 'jsonDoc' in context ? JSON.stringify(context['jsonDoc']) : '{}' };
    case 'pipelineId':
      return { value: `pid-${lookup.application === undefined ? '' : `${lookup.application}-`}${lookup.name}` };
    case 'canaryConfigId':
      return { value: 'cc' };
    case 'application':
      return { value: {} };
    case 'reference':
      return { error: `${lookup.reference} can only be read in a running system` };
  }
}

/** Helpers that look at what a real run has bound: where the file has none of it, the first that it has stands in. */
function standIns(context: Readonly<Record<string, unknown>>): Readonly<Record<string, Helper>> {
  const artifacts = recordOf(context['trigger'])['artifacts'];
  const first = Array.isArray(artifacts) ? (artifacts as readonly unknown[])[0] : undefined;
  const orElse = (name: string, otherwise: unknown): readonly [string, Helper][] => {
    const real = EXECUTION_FUNCTIONS[name];
    if (!real || otherwise === undefined) return [];
    const call: Helper['call'] = (args, around) => {
      try {
        return real.call(args, around);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        return otherwise;
      }
    };
    return [[name, { ...real, call }]];
  };
  return Object.fromEntries([
    ...orElse('triggerResolvedArtifact', first),
    ...orElse('triggerResolvedArtifactByType', first),
    ...orElse('manifestLabelValue', 'v1'),
    ['fromUrl', taking(1, () => 'body')],
    ['pipelineIdOrNull', taking(1, () => null)],
  ]);
}

async function expressionsIn(file: string | undefined): Promise<string[]> {
  const name = file ?? 'The standard input';
  const found = expressionsSchema.safeParse(
    json(name, file === undefined ? await text(process.stdin) : contents(file)),
  );
  if (!found.success)
    throw new Sentence(
      `${name} must hold a JSON list of objects with "expr", such as [{"expr": "parameters.version"}]: ${found.error.issues
        .slice(0, 3)
        .map((issue) => `${issue.path.join('.') || 'the list'}: ${issue.message}`)
        .join('; ')}`,
    );
  return found.data.map(({ expr }) => expr);
}

function contents(file: string): string {
  try {
    return readFileSync(resolve(process.env['INIT_CWD'] ?? process.cwd(), file), 'utf8');
  } catch (error) {
    throw new Sentence(`${file} cannot be read: ${reasonOf(error)}`);
  }
}

function json(name: string, content: string): unknown {
  try {
    return parseJson(content);
  } catch (error) {
    throw new Sentence(`${name} is not JSON: ${reasonOf(error)}`);
  }
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { context: { type: 'string' }, in: { type: 'string' } },
    });
  } catch (error) {
    throw new Sentence(`${reasonOf(error)}. ${USAGE}`);
  }
}
