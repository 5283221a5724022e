import type { echoApi } from '@gennaker/contracts/echo';
import type { Client } from '@gennaker/contracts/route';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { Clock } from '@gennaker/service/clock';
import type { JenkinsMaster } from '@gennaker/service/config';
import type { DockerAccount } from '@gennaker/service/docker-accounts';
import type { SecretSources } from '@gennaker/service/secret';
import type { Database } from '@gennaker/store/database';
import { Registry } from './docker/registry.ts';
import { JenkinsConnection } from './jenkins/jenkins-connection.ts';
import { passOnOpenBuilds } from './pass-on-build.ts';
import { dockerPoll } from './polling/docker-poll.ts';
import { jenkinsPoll } from './polling/jenkins-poll.ts';
import { startPolls } from './polling/poll-loop.ts';

/** What igor is made of. */
export interface IgorParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly masters: readonly JenkinsMaster[];
  /** Registries that are looked at for new tags. */
  readonly registries: readonly DockerAccount[];
  readonly secrets: SecretSources;
  readonly echo: Pick<Client<typeof echoApi>, 'post'>;
  /** Calls addresses that masters and registries name. */
  readonly guarded: Ports['http'];
  readonly log: { warn(message: string): void };
  /** Longest time between two looks for builds that echo does not have yet, ms. */
  readonly sweepMs?: number;
  /** Longest time that a master may take for an answer, ms. */
  readonly masterTimeoutMs?: number;
}

/** A running igor: what its use cases work with. */
export interface Igor extends IgorParts {
  readonly connections: readonly JenkinsConnection[];
  /** Stops looking at masters and passing builds on. */
  close(): Promise<void>;
}

/** Starts igor: masters are looked at for builds, and those whose master or echo did not answer are tried again until they are passed on. */
export function createIgor(parts: IgorParts): Igor {
  const connections = parts.masters.map(
    (master) => new JenkinsConnection(master, parts.guarded, parts.masterTimeoutMs),
  );
  let closed = false;
  let cancel = () => {};
  let sweeping: Promise<void> = Promise.resolve();
  const registries = parts.registries.map(
    (account) =>
      new Registry({ account, secrets: parts.secrets, guarded: parts.guarded, now: () => parts.clock.now() }),
  );
  const polls = startPolls(parts, [
    ...connections.filter(({ settings }) => settings.pollSeconds > 0).map((master) => jenkinsPoll(parts, master)),
    ...registries.map((registry) => dockerPoll(parts, registry)),
  ]);
  const igor: Igor = {
    ...parts,
    connections,
    async close() {
      closed = true;
      cancel();
      await Promise.all([sweeping, polls.close()]);
    },
  };
  const sweep = (): void => {
    if (closed) return;
    sweeping = passOnOpenBuilds(igor)
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        parts.log.warn(`Builds that wait to be passed on cannot be read (${reason}); looking again.`);
      })
      .finally(() => {
        if (!closed) cancel = parts.clock.after(parts.sweepMs ?? 1_000, sweep);
      });
  };
  sweep();
  return igor;
}
