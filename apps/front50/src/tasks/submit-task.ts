import { ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import type { Task } from '@gennaker/contracts/front50';
import { inTransaction, type Queryable } from '@gennaker/store/database';
import { ulid } from 'ulid';
import type { Front50 } from '../front50.ts';
import { withSavepoints } from '../pipelines/many-pipelines.ts';
import { type Job, runJob } from './run-job.ts';

/** A task as it was sent. */
export interface Submitted {
  readonly application: string;
  readonly description?: string | undefined;
  readonly job: readonly Job[];
}

type Variable = Task['variables'][number];
type Step = Task['steps'][number];

/**
 * Carries out a task's jobs in one transaction, all or none, and records it. A refused job makes it TERMINAL, with the
 * reason in the variable `exception`. The same key again answers the first task.
 */
export async function submitTask(
  front50: Front50,
  submitted: Submitted,
  options: { key?: string | undefined; user: string },
): Promise<Task> {
  const { db } = front50;
  const known = options.key === undefined ? undefined : await taskOfKey(db.pool, options.key);
  if (known) return known;
  const id = ulid(front50.clock.now());
  const started = front50.clock.now();
  const steps: Step[] = [];
  const variables: Variable[] = [];
  try {
    return await inTransaction(db, async (client) => {
      for (const job of submitted.job) {
        const startTime = front50.clock.now();
        const run = (within: Queryable): ReturnType<typeof runJob> =>
          runJob(front50, within, job, userOf(job, options.user));
        // One of several pipelines that are saved side by side: its refusal holds up none of the others.
        const outputs =
          job['isSavingMultiplePipelines'] === true
            ? await withSavepoints(client)(run).catch(refusalOf)
            : await run(client);
        if (outputs instanceof ServiceError) {
          steps.push({
            ...step(steps.length, job, startTime),
            ...{ status: 'FAILED_CONTINUE', endTime: front50.clock.now(), reason: reasonOf(outputs) },
          });
          variables.push(exceptionOf(job, outputs));
          continue;
        }
        steps.push({ ...step(steps.length, job, startTime), status: 'SUCCEEDED', endTime: front50.clock.now() });
        variables.push(...Object.entries(outputs).map(([key, value]) => ({ key, value })));
      }
      const task = taskOf(submitted, id, started, front50.clock.now(), steps, variables, options.user);
      return store(client, task, options.key);
    });
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status >= 500) throw error;
    const job = submitted.job[steps.length];
    const undone = steps.map((done): Step => ({ ...done, status: 'CANCELED' }));
    if (job)
      undone.push({
        ...step(steps.length, job, started),
        status: 'TERMINAL',
        endTime: front50.clock.now(),
        reason: reasonOf(error),
      });
    const task = taskOf(submitted, id, started, front50.clock.now(), undone, [exceptionOf(job, error)], options.user);
    return store(db.pool, task, options.key);
  }
}

/** What refuses a job; anything else goes on. */
function refusalOf(error: unknown): ServiceError {
  if (error instanceof ServiceError && error.status < 500) return error;
  throw error;
}

function reasonOf({ message, details }: ServiceError): Reason {
  return { summary: message, ...(details.fix ? { next: details.fix } : {}) };
}

/** Where Spinnaker's clients look for what went wrong. */
function exceptionOf(job: Job | undefined, { message, details }: ServiceError): Variable {
  const errors = [message, ...(details.fix ? [`Fix: ${details.fix}`] : [])];
  return { key: 'exception', value: { operation: job?.type, details: { ...details, error: message, errors } } };
}

function userOf(job: Job, user: string): string {
  return user === 'anonymous' && typeof job['user'] === 'string' && job['user'] !== '' ? job['user'] : user;
}

function step(index: number, job: Job, startTime: number): Step {
  return { id: String(index + 1), name: job.type, implementingClass: job.type, status: 'RUNNING', startTime };
}

function taskOf(
  submitted: Submitted,
  id: string,
  startTime: number,
  endTime: number,
  steps: readonly Step[],
  variables: readonly Variable[],
  user: string,
): Task {
  const status = steps.every(({ status: of }) => of === 'SUCCEEDED' || of === 'FAILED_CONTINUE')
    ? 'SUCCEEDED'
    : 'TERMINAL';
  const application = submitted.application.toLowerCase();
  const name = submitted.description ?? submitted.job.map((job) => job.type).join(', ');
  return {
    id,
    name,
    application,
    status,
    variables: [...variables],
    steps: [...steps],
    buildTime: startTime,
    startTime,
    endTime,
    execution: { type: 'ORCHESTRATION', id, application, name, status, stages: [], authentication: { user } },
  };
}

async function taskOfKey(client: Queryable, key: string): Promise<Task | undefined> {
  const { rows } = await client.query<{ body: Task }>('select body from front50.tasks where key = $1', [key]);
  return rows[0]?.body;
}

async function store(client: Queryable, task: Task, key: string | undefined): Promise<Task> {
  await client.query('insert into front50.tasks (id, key, application, body) values ($1, $2, $3, $4::jsonb)', [
    task.id,
    key ?? null,
    task.application,
    JSON.stringify(task),
  ]);
  return task;
}
