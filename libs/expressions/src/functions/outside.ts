import { textArg } from '../convert.ts';
import { ExpressionError } from '../error.ts';
import { ask, type Lookup } from '../lookups.ts';
import { storedReference } from '../stored-artifacts.ts';
import type { Surroundings } from '../surroundings.ts';
import { isNull, mapOf } from '../values.ts';
import { type Helper, taking } from './helper.ts';
import { readAllYaml, readJson } from './texts.ts';

/** Helpers that need an answer from outside: each is a look-up that the shell answers once. */
export const OUTSIDE_FUNCTIONS: Readonly<Record<string, Helper>> = {
  fromUrl: taking(1, ([url], around) => fromUrl(url, around)),
  jsonFromUrl: taking(1, ([url], around) => readJson(fromUrl(url, around))),
  yamlFromUrl: taking(1, ([url], around) => readAllYaml(fromUrl(url, around), around.budget)[0] ?? null),
  propertiesFromUrl: taking(1, ([url], around) => readProperties(fromUrl(url, around), around)),
  pipelineId: taking(1, ([name], around) => found(pipelineId(name, undefined, around), 'pipeline', name)),
  pipelineIdOrNull: taking(1, ([name], around) => pipelineId(name, undefined, around)),
  pipelineIdInApplication: taking(2, ([name, application], around) => pipelineId(name, application, around)),
  applicationMetadata: taking(1, ([name], around) =>
    look(around, { kind: 'application', name: textArg(name, '#applicationMetadata', around.budget) }),
  ),
  canaryConfigNameToId: taking(2, ([name, application], around) => {
    const lookup: Lookup = {
      kind: 'canaryConfigId',
      name: textArg(name, 'The name of a canary configuration', around.budget),
      application: textArg(application, 'The application of a canary configuration', around.budget),
    };
    return found(look(around, lookup), 'canary configuration', name);
  }),
  fetchReference: taking(1, ([reference], around) =>
    storedReference(textArg(reference, '#fetchReference', around.budget), around),
  ),
};

function look(around: Surroundings, lookup: Lookup): unknown {
  return ask(around.options.lookUp, lookup);
}

function fromUrl(url: unknown, around: Surroundings): string {
  const text = textArg(url, 'A URL', around.budget);
  if (text.length > 2_000) throw new ExpressionError('The URL has more than 2000 characters');
  const answer = look(around, { kind: 'url', url: text });
  if (typeof answer !== 'string') throw new ExpressionError(`What ${text} answered is no text`);
  return around.budget.sized(answer);
}

function pipelineId(name: unknown, application: unknown, around: Surroundings): unknown {
  const text = textArg(name, 'The name of a pipeline', around.budget);
  const own = isNull(application) ? undefined : textArg(application, 'The name of an application', around.budget);
  return (
    look(
      around,
      own === undefined ? { kind: 'pipelineId', name: text } : { kind: 'pipelineId', name: text, application: own },
    ) ?? null
  );
}

function found(id: unknown, what: string, name: unknown): unknown {
  if (isNull(id)) throw new ExpressionError(`There is no ${what} named "${String(name)}"`);
  return id;
}

/** `key=value` lines of a Java properties file; `#` and `!` begin a comment. */
function readProperties(text: string, around: Surroundings): Readonly<Record<string, string>> {
  around.budget.work(text.length);
  const lines = text.replace(/\\\r?\n[ \t]*/g, '').split(/\r?\n/);
  return mapOf(
    lines
      .map((line) => line.trim())
      .filter((line) => line !== '' && !/^[#!]/.test(line))
      .map((line): [string, string] => {
        const end = line.search(/[=:\s]/);
        return end < 0 ? [line, ''] : [line.slice(0, end), line.slice(end).replace(/^\s*[=:]?\s*/, '')];
      }),
  ) as Readonly<Record<string, string>>;
}
