import { ServiceError } from '@gennaker/contracts/error';
import { commitHashSchema, tagNameSchema, type TaggedCommit } from '@gennaker/contracts/scm';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type SourceCommit, commitOfExecution } from './commit-of-execution.ts';
import { type TagSource, tagSourceSchema } from './schema.ts';

/** How long a source host that is away is waited for between two tries, ms. */
const AWAY_MS = 15_000;

async function tagSource(task: TaskContext<TagSource>): Promise<TaskResult> {
  const stage = task.context;
  const found = commitOfExecution(stage, task.trigger, task.ancestorOutputs('buildInfo'));
  if ('problem' in found) return { status: 'TERMINAL', reason: found.problem };
  const wrong = wrongInput(stage.tag, found.commit.hash);
  if (wrong) return { status: 'TERMINAL', reason: wrong };
  try {
    return tagged(await call(task, found.commit));
  } catch (error) {
    if (!(error instanceof ServiceError) || error.details['kind'] !== 'SOURCE_HOST_AWAY') throw error;
    return {
      status: 'RUNNING',
      wakeAfterMs: AWAY_MS,
      reason: { summary: error.message, next: 'it is tried again until the stage times out' },
    };
  }
}

/** What no host would take, told before any is asked. */
function wrongInput(tag: string, hash: string): TaskResult['reason'] {
  const name = tagNameSchema.safeParse(tag);
  if (!name.success)
    return {
      summary: `"${tag}" is no name of a tag: it ${name.error.issues[0]?.message ?? ''}`,
      next: 'correct "tag"',
    };
  const commit = commitHashSchema.safeParse(hash);
  if (!commit.success)
    return { summary: `"${hash}" ${commit.error.issues[0]?.message ?? ''}`, next: 'give the whole SHA as "hash"' };
  return undefined;
}

function call(task: TaskContext<TagSource>, commit: SourceCommit): Promise<TaggedCommit> {
  const { tag, message, release, releaseName, releaseNotes, prerelease } = task.context;
  const { signal, traceparent, identity, key } = task;
  return task.ports.igor.tagCommit(
    {
      body: {
        ...commit,
        tag,
        ...(message ? { message } : {}),
        ...(release
          ? {
              release: {
                ...(releaseName ? { name: releaseName } : {}),
                ...(releaseNotes ? { notes: releaseNotes } : {}),
                ...(prerelease === undefined ? {} : { prerelease }),
              },
            }
          : {}),
      },
    },
    { signal, traceparent, identity, key },
  );
}

function tagged(result: TaggedCommit): TaskResult {
  const { account, repository, hash, tag, created, release } = result;
  const where = `${hash.slice(0, 7)} of ${repository}`;
  const said = created ? `Tagged ${where} as ${tag}` : `${where} has the tag ${tag} already`;
  const more = release === undefined ? '' : release.created ? ', and released it' : ', which is released already';
  return {
    status: 'SUCCEEDED',
    outputs: {
      ...{ tag, taggedHash: hash, taggedRepository: repository },
      ...(result.url === undefined ? {} : { tagUrl: result.url }),
      ...(release?.url === undefined ? {} : { releaseUrl: release.url }),
    },
    reason: {
      summary: `${said}${more}`,
      evidence: { account, repository, hash, tag, ...(release ? { release } : {}) },
    },
  };
}

/** Tags the commit of the execution at its source host, and releases the tag where that is wanted. */
export default defineStage({
  type: 'tagSource',
  label: 'Tag source',
  description: 'Tags or releases the commit that the execution is about',
  schema: tagSourceSchema,
  examples: [
    { tag: 'v${trigger.buildInfo.number}', message: 'Deployed by ${execution.name}' },
    { tag: 'v1.2.3', repository: 'example/hello', account: 'github', release: true, releaseNotes: 'See the changelog' },
  ],
  timeoutMs: 60 * 60_000,
  tasks: () => [{ name: 'tagSource', run: tagSource }],
});
