import { createHash, timingSafeEqual } from 'node:crypto';
import { notFound, ServiceError } from '@gennaker/contracts/error';
import type { JenkinsMaster } from '@gennaker/service/config';
import type { JenkinsConnection } from './jenkins-connection.ts';

/** A configured master. @throws ServiceError 404 naming the configured ones */
export function masterNamed(masters: readonly JenkinsConnection[], name: string): JenkinsConnection {
  const master = masters.find((candidate) => candidate.settings.name === name);
  if (master) return master;
  const names = masters.map((candidate) => candidate.settings.name).join(', ');
  throw notFound(`There is no Jenkins master "${name}"`, {
    field: 'master',
    fix:
      names === ''
        ? 'add it under jenkins.masters in gennaker.yml'
        : `use one of ${names}, or add it under jenkins.masters in gennaker.yml`,
  });
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Refuses a webhook without the master's token, where it has one; takes the same time for every wrong one. @throws ServiceError 403 */
export function checkToken(master: JenkinsMaster, token: string | undefined): void {
  if (master.webhookToken === undefined) return;
  if (timingSafeEqual(digest(token ?? ''), digest(master.webhookToken))) return;
  throw new ServiceError(403, `Webhooks of "${master.name}" need their token`, {
    field: 'token',
    fix: "add ?token=... with the master's webhookToken, or the header X-Webhook-Token",
  });
}
