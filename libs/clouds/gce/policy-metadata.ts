import { metadataValue, type Template } from './resources.ts';

/** Metadata key of a template by which Spinnaker knows what the autoscaler of its group is meant to do. */
export const POLICY_KEY = 'autoscaling-policy';

/** The mode that a group's autoscaler is meant to have while the group serves; undefined: its template tells none. */
export function meantMode(template: Template | null): string | undefined {
  const text = metadataValue(template?.properties?.metadata, POLICY_KEY);
  return /"mode"\s*:\s*"([A-Z_]+)"/.exec(text ?? '')?.[1];
}

/** Metadata that tells a policy. */
export const policyMetadata = (policy: object): Record<string, string> => ({ [POLICY_KEY]: sortedJson(bare(policy)) });

/** Without what says nothing: the client library fills in what is absent. */
function bare(policy: object): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(policy, (_key, value: unknown) =>
      value === null || (typeof value === 'object' && Object.keys(value).length === 0) ? undefined : value,
    ),
  );
}

/** A plan that was read from the journal names its fields in another order than one just made: a template must not tell. */
const sortedJson = (value: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
