import { badRequest } from '@gennaker/contracts/error';
import type { igorApi } from '@gennaker/contracts/igor';
import type { Handlers } from '@gennaker/contracts/route';
import { openBuildFile } from './jenkins/build-file.ts';
import { fetchConsole } from './jenkins/console.ts';
import { buildUrl, fetchBuild, fetchBuilds, fetchJob, fetchJobs } from './jenkins/jenkins-api.ts';
import type { JenkinsConnection } from './jenkins/jenkins-connection.ts';
import { masterNamed } from './jenkins/masters.ts';
import { fetchProperties } from './jenkins/property-file.ts';
import { fetchQueueItem } from './jenkins/queue.ts';
import type { Igor } from './igor.ts';
import { scmHandlers } from './scm/handlers.ts';
import type { SourceHostParts } from './scm/source-hosts.ts';
import { startBuild } from './start-build.ts';
import { stopBuild } from './stop-build.ts';
import { takeNotification } from './take-notification.ts';

/** Igor's API bound to its use cases. */
export function igorHandlers(igor: Igor, sources: SourceHostParts): Handlers<typeof igorApi> {
  const named = (master: string): JenkinsConnection => masterNamed(igor.connections, master);
  return {
    ...scmHandlers(sources),
    jenkinsWebhook: ({ params, query, rawBody, headers, user, traceparent }) =>
      takeNotification(igor, {
        master: params.master,
        token: query.token ?? headers['x-webhook-token'],
        body: rawBody,
        user,
        trace: traceparent,
      }),
    listMasters: () => igor.masters.map((master) => master.name),
    listJobs: ({ params, signal }) => fetchJobs(named(params.master), signal),
    getJob: ({ params, query, signal }) => fetchJob(named(params.master), query.job, signal),
    listBuilds: ({ params, query, signal }) => fetchBuilds(named(params.master), query.job, signal),
    getBuild: ({ params, query, signal }) => fetchBuild(named(params.master), query.job, params.number, signal),
    buildConsole: ({ params, query, signal }) =>
      fetchConsole(named(params.master), { job: query.job, number: params.number }, query, signal),
    buildProperties: ({ params, query, signal }) =>
      fetchProperties(named(params.master), query.job, params.number, query.file, signal),
    startBuild: ({ params, query, body, headers }) => {
      const key = headers['idempotency-key'];
      if (!key)
        throw badRequest('The start has no key', {
          field: 'Idempotency-Key',
          fix: 'send a header Idempotency-Key, the same for each try of one start',
        });
      return startBuild(igor, { key, master: params.master, job: query.job, parameters: body.parameters });
    },
    getQueueItem: ({ params, query, signal }) => fetchQueueItem(named(params.master), query.job, params.item, signal),
    stopBuild: ({ params, body }) => stopBuild(igor, { master: params.master, ...body }),
    buildFile: ({ query, signal }) => openBuildFile(igor.connections, query.url, signal),
    describeBuild: async ({ params, query, body }) => {
      const master = named(params.master);
      await master.post(`${buildUrl(master, query.job, params.number)}submitDescription`, {
        description: body.description,
      });
    },
  };
}
