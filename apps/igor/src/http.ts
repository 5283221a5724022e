import type { igorApi } from '@gennaker/contracts/igor';
import type { Handlers } from '@gennaker/contracts/route';
import { fetchBuild, fetchBuilds, fetchJob, fetchJobs } from './jenkins/jenkins-api.ts';
import { masterNamed } from './jenkins/masters.ts';
import type { Igor } from './igor.ts';
import { scmHandlers } from './scm/handlers.ts';
import type { SourceHostParts } from './scm/source-hosts.ts';
import { takeNotification } from './take-notification.ts';

/** Igor's API bound to its use cases. */
export function igorHandlers(igor: Igor, sources: SourceHostParts): Handlers<typeof igorApi> {
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
    listJobs: ({ params }) => fetchJobs(masterNamed(igor.masters, params.master)),
    getJob: ({ params, query }) => fetchJob(masterNamed(igor.masters, params.master), query.job),
    listBuilds: ({ params, query }) => fetchBuilds(masterNamed(igor.masters, params.master), query.job),
    getBuild: ({ params, query }) => fetchBuild(masterNamed(igor.masters, params.master), query.job, params.number),
  };
}
