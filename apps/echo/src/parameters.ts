import type { Pipeline } from '@gennaker/contracts/front50';

type Values = Readonly<Record<string, unknown>>;

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

/**
 * The parameters of an execution: what was given, and the defaults of the rest; parameters that the pipeline does not
 * know are kept. `missing` names the required ones that have neither.
 */
export function executionParameters(
  pipeline: Pick<Pipeline, 'parameterConfig'>,
  given: Values,
): { parameters: Values; missing: string[] } {
  const parameters: Record<string, unknown> = { ...given };
  const missing: string[] = [];
  for (const config of pipeline.parameterConfig ?? []) {
    const fallback = config['default'];
    if (isBlank(parameters[config.name]) && !isBlank(fallback)) parameters[config.name] ??= fallback;
    else if (parameters[config.name] === undefined && fallback !== undefined) parameters[config.name] = fallback;
    if (config['required'] === true && isBlank(parameters[config.name])) missing.push(config.name);
  }
  return { parameters, missing };
}
