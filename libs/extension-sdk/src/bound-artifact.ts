import { type Artifact, artifactSchema } from '@gennaker/contracts/artifacts';
import { ServiceError } from '@gennaker/contracts/error';
import { distinct } from './bind-artifacts.ts';
import type { TaskContext } from './stage.ts';

type Json = Readonly<Record<string, unknown>>;
/** What of a task tells which artifacts there are. */
type Sees = Pick<TaskContext<unknown>, 'ancestorOutputs' | 'trigger' | 'evaluate'>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The artifacts that a stage may use: those of the stages before it, nearest first, then those that the execution began with. */
export function artifactsBefore(task: Pick<Sees, 'ancestorOutputs' | 'trigger'>): Json[] {
  return distinct([...task.ancestorOutputs('artifacts'), task.trigger.artifacts].flatMap(objects));
}

/**
 * The artifact that the id of an expected artifact stands for: bound by the nearest stage before, or when the execution
 * began. Expressions in it are resolved as in the stage.
 * @throws ServiceError 422 that names the ids that are bound, or the expression that has no value
 */
export function boundArtifact(task: Sees, id: string, field: string): Artifact {
  const expected = [...task.ancestorOutputs('resolvedExpectedArtifacts'), task.trigger['resolvedExpectedArtifacts']]
    .flatMap(objects)
    .filter((one) => isObject(one['boundArtifact']));
  const found = expected.find((one) => one['id'] === id);
  if (found) return artifactOf(task, found['boundArtifact'], field);
  const known = expected.map(
    (one) => `${String(one['id'])}${one['displayName'] ? ` (${String(one['displayName'])})` : ''}`,
  );
  throw new ServiceError(422, `Nothing is bound to the expected artifact ${id}`, {
    field,
    fix: `use one of ${[...new Set(known)].join(', ') || '(none is bound: the pipeline or a stage before must expect it)'}`,
  });
}

/** An artifact with its expressions resolved as in the stage. @throws ServiceError 422 */
export function artifactOf(task: Pick<Sees, 'evaluate'>, artifact: unknown, field: string): Artifact {
  const parsed = artifactSchema.safeParse(resolved(task, artifact, field));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ServiceError(422, `The artifact is not one: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, {
    field: [field, ...(issue?.path ?? [])].join('.'),
    fix: 'correct the artifact',
  });
}

function resolved(task: Pick<Sees, 'evaluate'>, value: unknown, field: string): unknown {
  if (typeof value === 'string') {
    if (!value.includes('${')) return value;
    const { value: result, problems } = task.evaluate(value);
    const [problem] = problems;
    if (problem === undefined) return result;
    throw new ServiceError(422, `The artifact's ${value} has no value: ${problem}`, {
      field,
      fix: 'correct the expression',
    });
  }
  if (Array.isArray(value)) return value.map((item) => resolved(task, item, field));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(task, item, field)]));
}
