import { z } from 'zod';
import { operationSchema } from './clouddriver.ts';
import { taskSchema } from './front50.ts';
import { defineApi } from './route.ts';
import { statusListSchema } from './status.ts';

const application = z.object({ application: z.string() });
const id = z.object({ id: z.string() });
const ofApplication = z.object({ application: z.string(), id: z.string() });

const routes = defineApi({
  listApplicationTasks: {
    method: 'GET',
    path: '/applications/:application/tasks',
    summary: "An application's tasks, newest first",
    params: application,
    query: z.object({
      page: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(3500).optional(),
      statuses: statusListSchema.optional(),
    }),
    response: z.array(taskSchema),
  },
  submitTask: {
    method: 'POST',
    path: '/tasks',
    summary: 'Change applications or pipelines, or run stages by hand; follow it at the ref',
    body: z.looseObject({
      application: z.string(),
      description: z.string().optional(),
      job: z.array(z.looseObject({ type: z.string() })).min(1),
    }),
    response: z.object({ ref: z.string().describe('/tasks/<id>') }),
  },
  getTask: { method: 'GET', path: '/tasks/:id', summary: 'One task', params: id, response: taskSchema },
  cancelTask: { method: 'PUT', path: '/tasks/:id/cancel', summary: 'Cancel a task', params: id },
  cancelTasks: {
    method: 'PUT',
    path: '/tasks/cancel',
    summary: 'Cancel several tasks',
    query: z.object({ ids: z.string().describe('comma-separated list') }),
  },
  deleteTask: { method: 'DELETE', path: '/tasks/:id', summary: 'Remove a task that has ended', params: id },
  taskDetails: {
    method: 'GET',
    path: '/tasks/:id/details/:operation',
    summary: 'The cloud operation that a task started',
    params: z.object({ id: z.string(), operation: z.string() }),
    response: operationSchema,
  },
});

const { submitTask, getTask, cancelTask, taskDetails } = routes;

/** Gate's routes of tasks, which Spinnaker also calls orchestrations; and their former addresses, below an application. */
export const gateTaskRoutes = defineApi({
  ...routes,
  submitTaskOfApplication: {
    ...submitTask,
    path: '/applications/:application/tasks',
    summary: 'As POST /tasks; the application of the body counts',
    params: application,
  },
  getTaskOfApplication: {
    ...getTask,
    path: '/applications/:application/tasks/:id',
    summary: 'One task, by its former address',
    params: ofApplication,
  },
  cancelTaskOfApplication: {
    ...cancelTask,
    path: '/applications/:application/tasks/:id/cancel',
    summary: 'Cancel a task, by its former address',
    params: ofApplication,
  },
  taskDetailsOfApplication: {
    ...taskDetails,
    path: '/applications/:application/tasks/:id/details/:operation',
    summary: 'The cloud operation that a task started, by its former address',
    params: ofApplication.extend({ operation: z.string() }),
  },
});
