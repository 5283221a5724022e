import { parseAllDocuments } from 'yaml';
import { textArg } from '../convert.ts';
import { ExpressionError } from '../error.ts';
import type { Budget } from '../limits.ts';
import { fractionOf, wholeOf } from '../numbers.ts';
import { specialText } from '../specials.ts';
import { decoded, storedReference } from '../stored-artifacts.ts';
import type { Surroundings } from '../surroundings.ts';
import { jsonOf } from '../text.ts';
import { Float, isNull, NotEvaluated, toData } from '../values.ts';
import { type Helper, taking } from './helper.ts';

/** Helpers that turn one value into another. */
export const TEXT_FUNCTIONS: Readonly<Record<string, Helper>> = {
  alphanumerical: taking(1, ([value], { budget }) => {
    const text = textArg(value, '#alphanumerical', budget);
    budget.work(text.length);
    return text.replace(/[^A-Za-z0-9]/g, '');
  }),
  toInt: taking(1, ([value], { budget }) => Number(wholeOf(textArg(value, '#toInt', budget), 32))),
  toFloat: taking(1, ([value], { budget }) => new Float(fractionOf(textArg(value, '#toFloat', budget)))),
  toBoolean: taking(1, ([value], { budget }) =>
    isNull(value) ? false : textArg(value, '#toBoolean', budget).toLowerCase() === 'true',
  ),
  toBase64: taking(1, ([value], { budget }) => {
    const text = textArg(value, '#toBase64', budget);
    budget.work(text.length);
    let bytes = '';
    for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
    return budget.sized(btoa(bytes));
  }),
  fromBase64: taking(1, ([value], around) => {
    const text = storedReference(textArg(value, '#fromBase64', around.budget), around);
    around.budget.work(text.length);
    return decoded(text);
  }),
  toJson: taking(1, ([value], around) => {
    const text = jsonOf(plain(value, around), around.budget);
    around.budget.work(text.length);
    if (!(value instanceof NotEvaluated) && text.includes('${'))
      throw new ExpressionError(
        'The value of #toJson cannot contain an expression; #toJson(#doNotEval(value)) leaves it as it is',
      );
    return text;
  }),
  doNotEval: taking(1, ([value]) => new NotEvaluated(value)),
  readJson: taking(1, ([value], { budget }) => {
    const text = textArg(value, '#readJson', budget);
    budget.work(text.length);
    return readJson(text);
  }),
  readYaml: taking(1, ([value], { budget }) => {
    const [first, ...more] = readAllYaml(textArg(value, '#readYaml', budget), budget);
    if (more.length > 0) throw new ExpressionError('The YAML has several documents; #readAllYaml reads them all');
    return first ?? null;
  }),
  readAllYaml: taking(1, ([value], { budget }) => readAllYaml(textArg(value, '#readAllYaml', budget), budget)),
};

/** A value as plain data. */
export function plain(value: unknown, around: Surroundings): unknown {
  return toData(value, specialText, around.budget);
}

/** @throws ExpressionError that says where the text is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ExpressionError(`The text is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** All documents of a YAML text: plain data, no tags of types. @throws ExpressionError. */
export function readAllYaml(text: string, budget: Budget): unknown[] {
  // Reading YAML takes far longer than reading JSON does.
  budget.step(Math.ceil(text.length / 16));
  try {
    const documents = parseAllDocuments(text, { schema: 'core', logLevel: 'silent' });
    if (!Array.isArray(documents)) return [];
    return documents.map((document) => {
      const [problem] = [...document.errors, ...document.warnings];
      if (problem) throw new ExpressionError(`The text is not YAML: ${problem.message.split('\n')[0]}`);
      return document.toJS({ maxAliasCount: 100 }) as unknown;
    });
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError(`The text is not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}
