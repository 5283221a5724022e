import { defineStage, type JsonObject } from '@gennaker/extension-sdk/stage';
import { evaluateVariablesSchema } from './schema.ts';

/** Names that would change what objects are. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Computes named values in order; each is an output that later ones, and later stages, read by its name. */
export default defineStage({
  type: 'evaluateVariables',
  label: 'Evaluate Variables',
  description: 'Computes values for later stages',
  schema: evaluateVariablesSchema,
  examples: [
    {
      variables: [
        { key: 'version', value: '${ trigger.buildInfo.number }' },
        { key: 'tag', value: 'v${ version }', description: 'sees the one before it' },
      ],
    },
  ],
  keepsExpressions: ['variables'],
  runsInDryRun: true,
  tasks: () => [
    {
      name: 'evaluateVariables',
      run: async (task) => {
        const { context, now } = task;
        const outputs: JsonObject = {};
        const open: Record<string, unknown[]> = {};
        const filled = (text: string): unknown => {
          if (!text.includes('${')) return text;
          const found = task.evaluate(text, outputs);
          if (found.problems.length > 0) open[bare(text)] = found.problems.map((problem) => finding(problem, now));
          return found.value;
        };
        const variables = context.variables.map((variable) => {
          const written = Object.hasOwn(variable, 'written') ? variable.written : variable.value;
          if (FORBIDDEN.has(variable.key)) {
            open[variable.key] = [finding(`"${variable.key}" cannot be the name of a variable`, now)];
            return variable;
          }
          const value = deepMap(written, filled);
          outputs[variable.key] = value;
          const describedAs = variable.describedAs ?? variable.description;
          return {
            ...variable,
            ...(describedAs?.includes('${') && { description: String(filled(describedAs)), describedAs }),
            value,
            written,
            sourceValue: deepMap(written, bare),
          };
        });
        const failed = Object.keys(open);
        return {
          status: 'SUCCEEDED',
          context: {
            variables,
            ...(failed.length > 0 ? { expressionEvaluationSummary: { ...summaryOf(context), ...open } } : {}),
          },
          outputs,
          reason:
            failed.length > 0
              ? {
                  summary: `${failed.length} expression(s) have no value: ${failed.join(', ')}`,
                  evidence: { expressions: open },
                  next: 'correct them; failOnFailedExpressions makes such a stage fail',
                }
              : { summary: `Computed ${Object.keys(outputs).join(', ') || 'nothing'}` },
        };
      },
    },
  ],
  prepareForRestart: ({ context }) => {
    const parsed = evaluateVariablesSchema.safeParse(context);
    if (!parsed.success) return { context, outputs: {} };
    const variables = parsed.data.variables.map(({ sourceValue: _shown, written, describedAs, ...variable }) => ({
      ...variable,
      ...(written !== undefined && { value: written }),
      ...(describedAs !== undefined && { description: describedAs }),
    }));
    return { context: { ...context, variables }, outputs: {} };
  },
});

/** A text without its `$`, so that it is no expression itself. */
function bare(text: string): string {
  return text.replaceAll('${', '{');
}

/** What of the stage's other fields could not be evaluated. */
function summaryOf({ expressionEvaluationSummary: summary }: JsonObject): JsonObject {
  return typeof summary === 'object' && summary !== null ? (summary as JsonObject) : {};
}

function finding(description: string, timestamp: number): JsonObject {
  return { level: 'ERROR', description, exceptionType: 'ExpressionProblem', timestamp };
}

/** The value with each of its texts replaced; keys stay. */
function deepMap(value: unknown, change: (text: string) => unknown): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => deepMap(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deepMap(item, change)]));
}
