import {
  type AccountDefinition,
  accountDefinitionSchema,
  type CredentialsReference,
} from '@gennaker/contracts/cloud-accounts';
import { Sentence } from './up/sentence.ts';

/** Options that say what an account is, as `parseArgs` takes them. */
export const DEFINITION_OPTIONS = {
  project: { type: 'string' },
  type: { type: 'string' },
  regions: { type: 'string' },
  endpoint: { type: 'string' },
  'no-endpoint': { type: 'boolean' },
  environment: { type: 'string' },
  'no-environment': { type: 'boolean' },
  'image-projects': { type: 'string' },
  'no-image-projects': { type: 'boolean' },
  challenge: { type: 'boolean' },
  'no-challenge': { type: 'boolean' },
  'key-file': { type: 'string' },
  'key-variable': { type: 'string' },
  'application-default': { type: 'boolean' },
  'no-credentials': { type: 'boolean' },
} as const;

/** Values of DEFINITION_OPTIONS; absent: not given. */
export type DefinitionValues = {
  readonly [K in keyof typeof DEFINITION_OPTIONS]?:
    | ((typeof DEFINITION_OPTIONS)[K]['type'] extends 'string' ? string : boolean)
    | undefined;
};

/** Options of which one at most is given. */
const EXCLUSIVE = [
  ['endpoint', 'no-endpoint'],
  ['environment', 'no-environment'],
  ['image-projects', 'no-image-projects'],
  ['challenge', 'no-challenge'],
  ['key-file', 'key-variable', 'application-default', 'no-credentials'],
] as const satisfies readonly (readonly (keyof DefinitionValues)[])[];

/**
 * The definition that options make of the one before (of an account that is not there yet: its name alone): what is not
 * named stays, `--no-…` takes it away. @throws Sentence naming the field that is wrong or missing
 */
export function definitionFrom(
  before: Readonly<Record<string, unknown>> & { readonly name: string },
  values: DefinitionValues,
): AccountDefinition {
  for (const group of EXCLUSIVE) {
    const given = group.filter((option) => values[option] !== undefined);
    if (given.length > 1) throw new Sentence(`Give only one of ${given.map((option) => `--${option}`).join(', ')}.`);
  }
  const changed = Object.entries({ ...before, ...changes(values) }).filter(([, value]) => value !== undefined);
  const parsed = accountDefinitionSchema.safeParse(Object.fromEntries(changed));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Sentence(
    `The account is not complete: ${problems.join('; ')}.\nSee "gennaker accounts --help" for the options.`,
  );
}

/** What the options say; undefined where a field is taken away. */
function changes(values: DefinitionValues): Record<string, unknown> {
  const list = (text: string | undefined) => text?.split(',').map((part) => part.trim());
  const given = {
    project: values.project,
    type: values.type,
    regions: list(values.regions),
    endpoint: values.endpoint,
    environment: values.environment,
    imageProjects: list(values['image-projects']),
    challengeDestructiveActions: values.challenge,
    credentials: referenceOf(values),
  };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(values['no-endpoint'] ? { endpoint: undefined } : {}),
    ...(values['no-environment'] ? { environment: undefined } : {}),
    ...(values['no-image-projects'] ? { imageProjects: undefined } : {}),
    ...(values['no-challenge'] ? { challengeDestructiveActions: undefined } : {}),
    ...(values['no-credentials'] ? { credentials: undefined } : {}),
  };
}

function referenceOf(values: DefinitionValues): CredentialsReference | undefined {
  const { 'key-file': path, 'key-variable': variable } = values;
  if (path !== undefined) return { type: 'file', path };
  if (variable !== undefined) return { type: 'environment', variable };
  return values['application-default'] ? { type: 'applicationDefault' } : undefined;
}
