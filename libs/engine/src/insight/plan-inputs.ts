import { bindOne, distinct, expectationsOf, messageOf } from '@gennaker/extension-sdk/bind-artifacts';
import type { Json } from '../model.ts';
import type { PlanWarning } from './plan-preview.ts';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const given = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** The parameters that a run would have: those given, then the defaults; what is missing or not allowed is warned of. */
export function plannedParameters(config: unknown, sent: Json, warnings: PlanWarning[]): Record<string, unknown> {
  const parameters: Record<string, unknown> = { ...sent };
  for (const item of objects(config)) {
    const name = item['name'];
    if (typeof name !== 'string') continue;
    if (parameters[name] === undefined && item['default'] !== undefined) parameters[name] = item['default'];
    const value = parameters[name];
    if (item['required'] === true && !given(value))
      warnings.push({
        message: `The parameter "${name}" is required and has no value`,
        field: `parameters.${name}`,
        fix: 'give it with the start, or give it a default',
      });
    const options = objects(item['options']).map((option) => String(option['value']));
    if (item['hasOptions'] === true && given(value) && options.length > 0 && !options.includes(String(value)))
      warnings.push({
        message: `The parameter "${name}" may not be "${String(value)}"`,
        field: `parameters.${name}`,
        fix: `choose one of ${options.join(', ')}`,
      });
  }
  return parameters;
}

/**
 * The artifacts that a run would have: those received, then the defaults of what is expected and did not come; what is
 * bound to nothing yet is warned of.
 */
export function plannedArtifacts(expected: unknown, received: readonly Json[], warnings: PlanWarning[]): Json[] {
  const bindings = expectationsOf(expected).map((expectation) =>
    bindOne(expectation, { received: distinct(received) }),
  );
  bindings.forEach(({ bound, lack, expectation, reason }, index) => {
    if (bound !== undefined) return;
    const earlier = expectation.usePrior && lack === 'none';
    warnings.push({
      message: earlier
        ? `The expected artifact "${expectation.title}" was not given and has no default`
        : messageOf(reason),
      field: `expectedArtifacts.${index}`,
      fix: earlier
        ? 'the one of an earlier execution is taken, if there was one'
        : (reason.next ?? 'give it with the trigger'),
    });
  });
  return [...received, ...bindings.flatMap(({ bound, origin }) => (bound && origin === 'default' ? [bound] : []))];
}
