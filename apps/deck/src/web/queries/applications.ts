import { ServiceError } from '@gennaker/contracts/error';
import { isComplete } from '@gennaker/contracts/status';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** All applications, by name. */
export function useApplications() {
  return useQuery({
    queryKey: keys.applications,
    queryFn: ({ signal }) => gate.listApplications({}, { signal }),
    select: (applications) => applications.toSorted((a, b) => a.name.localeCompare(b.name)),
  });
}

/** One job of an ad-hoc task. */
type Job = { readonly type: string } & Record<string, unknown>;

/** Submits an ad-hoc task; answers its id at once. */
export async function submitTask(application: string, description: string, job: Job): Promise<string> {
  const { ref } = await gate.submitTask({ body: { application, description, job: [job] } });
  return ref.slice(ref.lastIndexOf('/') + 1);
}

/** Longest wait for an ad-hoc task of the user interface. */
const TASK_DEADLINE_MS = 30_000;

/**
 * Submits an ad-hoc task and waits until it ended.
 * @throws ServiceError with the task's own message when it did not succeed or did not end in time.
 */
export async function runTask(application: string, description: string, job: Job): Promise<void> {
  const id = await submitTask(application, description, job);
  const deadline = Date.now() + TASK_DEADLINE_MS;
  for (let pause = 100; Date.now() < deadline; pause = Math.min(1000, pause * 1.6)) {
    const task = await gate.getTask({ params: { id } });
    const { status } = task;
    if (status === 'SUCCEEDED') return;
    if (isComplete(status))
      throw new ServiceError(400, taskFailure(task) ?? `${description}: the task ended as ${status}.`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new ServiceError(
    504,
    `${description}: the task ${id} has not ended after ${TASK_DEADLINE_MS / 1000} seconds.`,
    {
      fix: 'It goes on in the background; reload this page later.',
    },
  );
}

/** The first sentence that tells why a task failed: a reason of its stages, or Spinnaker's exception variable. */
function taskFailure(task: Record<string, unknown>): string | undefined {
  const found: string[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (depth > 7 || value === null || typeof value !== 'object') return;
    if (Array.isArray(value)) {
      for (const each of value) visit(each, depth + 1);
      return;
    }
    for (const [name, each] of Object.entries(value)) {
      if (name === 'reason' && each !== null && typeof each === 'object' && 'summary' in each)
        found.push(String(each.summary));
      else if (name === 'errors' && Array.isArray(each)) found.unshift(...each.map(String));
      else visit(each, depth + 1);
    }
  };
  visit(task, 0);
  return found[0];
}

/** Creates an application. */
export function useCreateApplication() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (attributes: { name: string; email: string; description: string }) =>
      runTask(attributes.name, `Create application: ${attributes.name}`, {
        type: 'createApplication',
        application: { ...attributes, cloudProviders: 'gce' },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.applications }),
  });
}

/** Changes attributes of an application; those that are not named stay. */
export function useUpdateApplication(application: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      what,
      attributes,
    }: {
      readonly what: string;
      readonly attributes: Readonly<Record<string, unknown>>;
    }) =>
      runTask(application, `Change the ${what} of ${application}`, {
        type: 'updateApplication',
        application: { name: application, ...attributes },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.applications }),
  });
}

/** Deletes an application with its pipelines. */
export function useDeleteApplication(application: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      runTask(application, `Delete application: ${application}`, {
        type: 'deleteApplication',
        application: { name: application },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.applications }),
  });
}
