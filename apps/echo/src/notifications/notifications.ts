import type { SecretReference } from '@gennaker/contracts/cloud-accounts';
import type { front50Api } from '@gennaker/contracts/front50';
import type { igorApi } from '@gennaker/contracts/igor';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Identity } from '@gennaker/contracts/people';
import type { Client } from '@gennaker/contracts/route';
import type { AnyNotificationDefinition } from '@gennaker/extension-sdk/notification';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { Clock } from '@gennaker/service/clock';
import type { Access } from '@gennaker/service/guard';
import type { Database } from '@gennaker/store/database';
import type { ExecutionEventListener } from '../execution-events/execution-event-reader.ts';
import { startDelivering } from './deliver.ts';
import { followExecutions } from './follow-executions.ts';

/** What telling people is made of. */
export interface NotificationParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly orca: Pick<Client<typeof orcaApi>, 'eventsSince' | 'getExecution' | 'previewExpression'>;
  readonly front50: Pick<Client<typeof front50Api>, 'getNotificationSettings'>;
  readonly igor: Pick<Client<typeof igorApi>, 'setCommitStatus'>;
  readonly types: Readonly<Record<string, AnyNotificationDefinition>>;
  /** What gennaker.yml has of each type. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly http: Ports['http'];
  readonly secret: (reference: SecretReference) => Promise<string>;
  readonly access: Access;
  /** Whose rights the expressions of a notification are evaluated with: those of who started the execution. */
  readonly actsAs: (user: string) => Promise<Identity>;
  /** Where people find deck, without a slash at its end. */
  readonly deckUrl: string;
  readonly log: { warn(message: string): void };
}

/** Telling people, at work. */
export interface Notifications extends NotificationParts {
  /** Told of beginnings and ends of executions. */
  readonly listener: ExecutionEventListener;
  /** Messages were written: whoever sends them looks at once. */
  poke(): void;
  close(): Promise<void>;
}

/** Starts telling people: looks after executions of which more is to be told than their end, and sends what was written. */
export function startNotifications(parts: NotificationParts): Notifications {
  const delivering = startDelivering(parts);
  const following = followExecutions(parts, () => delivering.poke());
  return {
    ...parts,
    listener: following.listener,
    poke: () => delivering.poke(),
    async close() {
      await following.close();
      await delivering.close();
    },
  };
}
