import { linearRegex } from '@gennaker/extension-sdk/linear-regex';
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

/** The artifacts that a run would have: those received, then the defaults of what is expected and did not come. */
export function plannedArtifacts(expected: unknown, received: readonly Json[], warnings: PlanWarning[]): Json[] {
  const artifacts = [...received];
  objects(expected).forEach((one, index) => {
    const match = isObject(one['matchArtifact']) ? one['matchArtifact'] : {};
    if (received.some((artifact) => matches(match, artifact))) return;
    const fallback = one['defaultArtifact'];
    if (one['useDefaultArtifact'] === true && isObject(fallback)) artifacts.push(fallback);
    else
      warnings.push({
        message: `The expected artifact "${String(one['displayName'] ?? match['name'] ?? one['id'])}" was not given and has no default`,
        field: `expectedArtifacts.${index}`,
        fix:
          one['usePriorArtifact'] === true
            ? 'the one of the run before is taken, if there was one'
            : 'give it with the trigger',
      });
  });
  return artifacts;
}

/** As Spinnaker matches: what the pattern names must be equal, or match it as a regular expression. */
function matches(pattern: Json, artifact: Json): boolean {
  return ['type', 'name', 'version', 'location', 'reference', 'uuid'].every((key) => {
    const wanted = pattern[key];
    if (typeof wanted !== 'string' || wanted === '') return true;
    const found = artifact[key];
    if (found === wanted) return true;
    if (typeof found !== 'string') return false;
    try {
      return linearRegex(`^(?:${wanted})$`).finds(found);
    } catch {
      return false;
    }
  });
}
