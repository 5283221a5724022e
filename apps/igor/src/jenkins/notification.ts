import { badRequest } from '@gennaker/contracts/error';
import type { BuildInfo } from '@gennaker/contracts/igor';
import { z } from 'zod';
import { artifactUrl, buildUrl } from './jenkins-api.ts';
import type { JenkinsConnection } from './jenkins-connection.ts';
import { jobOfUrl } from '@gennaker/contracts/jenkins-job';

/** The Notification plugin's payload (plugins.jenkins.io/notification), as far as it is read. */
export const notificationSchema = z.looseObject({
  name: z.string().min(1),
  url: z.string().optional(),
  build: z.looseObject({
    number: z.number().int(),
    phase: z.string(),
    status: z.string().optional(),
    url: z.string().optional(),
    full_url: z.string().optional(),
    timestamp: z.number().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    artifacts: z.record(z.string(), z.looseObject({ archive: z.string().optional() })).optional(),
    scm: z
      .looseObject({ url: z.string().optional(), branch: z.string().optional(), commit: z.string().optional() })
      .optional(),
  }),
});
export type Notification = z.infer<typeof notificationSchema>;

/** Reads the plugin's payload from the bytes that came. @throws ServiceError 400 naming the field */
export function readNotification(body: Uint8Array): Notification {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw badRequest(`The payload is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      field: 'body',
      fix: "choose the format JSON in the job's notification endpoint",
    });
  }
  const parsed = notificationSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badRequest(
    `The payload is not the Jenkins Notification plugin's: ${issue?.path.join('.')}: ${issue?.message}`,
    {
      field: issue?.path.join('.') ?? 'body',
      fix: 'send what the plugin sends: {name, url, build: {number, phase, status, ...}}',
    },
  );
}

/** The job's full name, folders included where the payload's addresses tell them. */
export function notifiedJob(notification: Notification): string {
  const { url, build } = notification;
  return jobOfUrl(url ?? '') ?? jobOfUrl(build.url ?? '') ?? jobOfUrl(build.full_url ?? '') ?? notification.name;
}

/** The build as the payload itself tells it, for masters whose payload is trusted. */
export function buildOfPayload(master: JenkinsConnection, job: string, notification: Notification): BuildInfo {
  const { build } = notification;
  const url = buildUrl(master, job, build.number);
  return {
    name: job,
    number: build.number,
    url,
    building: false,
    ...(build.status === undefined ? {} : { result: build.status }),
    ...(build.timestamp === undefined ? {} : { timestamp: String(build.timestamp) }),
    fullDisplayName: `${job} #${build.number}`,
    artifacts: Object.keys(build.artifacts ?? {}).map((relativePath) => ({
      fileName: relativePath.split('/').at(-1) ?? relativePath,
      displayPath: relativePath,
      relativePath,
      url: artifactUrl(url, relativePath),
    })),
    scm: build.scm
      ? [
          {
            ...(build.scm.url === undefined ? {} : { remoteUrl: build.scm.url }),
            ...(build.scm.branch === undefined ? {} : { branch: build.scm.branch, name: build.scm.branch }),
            ...(build.scm.commit === undefined ? {} : { sha1: build.scm.commit }),
          },
        ]
      : [],
    ...(build.parameters === undefined ? {} : { parameters: build.parameters }),
  };
}
