import { z } from 'zod';

const buildSchema = z.looseObject({
  scm: z.array(z.looseObject({ sha1: z.string().optional(), remoteUrl: z.string().optional() })).optional(),
});
const triggerSchema = z.looseObject({
  hash: z.string().optional().catch(undefined),
  project: z.string().optional().catch(undefined),
  slug: z.string().optional().catch(undefined),
  buildInfo: buildSchema.optional().catch(undefined),
  parentExecution: z
    .looseObject({ trigger: z.record(z.string(), z.unknown()) })
    .optional()
    .catch(undefined),
});

/** A commit and where it is: by its repository's path, or by the address that it is cloned from. */
export interface TriggerCommit {
  readonly hash?: string | undefined;
  readonly repository?: string | undefined;
  readonly remote?: string | undefined;
}

/** The commit that an execution was started with: of its push, of its build, or of the execution that started it. */
export function commitOfTrigger(trigger: unknown): TriggerCommit {
  const read = triggerSchema.safeParse(trigger);
  if (!read.success) return {};
  const { hash, project, slug, buildInfo, parentExecution } = read.data;
  if (hash) return { hash, ...(project && slug ? { repository: `${project}/${slug}` } : {}) };
  const built = buildInfo?.scm?.find(({ sha1 }) => sha1);
  if (built) return { hash: built.sha1, remote: built.remoteUrl };
  return parentExecution === undefined ? {} : commitOfTrigger(parentExecution.trigger);
}
