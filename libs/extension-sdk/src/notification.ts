import type { SecretReference } from '@gennaker/contracts/cloud-accounts';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { igorApi } from '@gennaker/contracts/igor';
import type { NotificationMessage } from '@gennaker/contracts/notifications';
import type { Client } from '@gennaker/contracts/route';
import type { z } from 'zod';
import type { GuardedResponse, Ports } from './ports.ts';

/** What a message is sent with. */
export interface NotificationSender<C> {
  /** What gennaker.yml has under `notifications.{type}`. */
  readonly settings: C;
  /** HTTP through the egress guard. */
  readonly http: Ports['http'];
  /** Build servers and source hosts. */
  readonly igor: Pick<Client<typeof igorApi>, 'setCommitStatus'>;
  /** The text that a reference of the settings names. @throws Error that says what is missing */
  secret(reference: SecretReference): Promise<string>;
  /** The same whenever this message is sent again: receivers may count it once by that. */
  readonly key: string;
  /** Epoch ms. */
  readonly now: number;
}

/** A type of notification: what is stored of one, what the system needs for it, and how it is sent. */
export interface NotificationDefinition<S extends z.ZodType = z.ZodType, C extends z.ZodType = z.ZodType> {
  readonly type: string;
  readonly label: string;
  readonly description: string;
  /** A notification as pipelines and settings hold it. */
  readonly schema: S;
  readonly examples: readonly Record<string, unknown>[];
  /** What stands under `notifications.{type}` in gennaker.yml; it takes `{}` where the type needs nothing. */
  readonly settings: C;
  /** Who is told, for lists and logs; of an address that is a secret only what may be seen. */
  address(notification: z.output<S>): string;
  /** What the receiver gets, in its own format; for the preview as for the sending. @throws ServiceError 422 when it cannot be made */
  payload(notification: z.output<S>, message: NotificationMessage, settings: z.output<C>): unknown;
  /**
   * Sends one message.
   * @throws ServiceError whose status says whether trying again can help: a 4xx other than 408 and 429 cannot
   */
  send(notification: z.output<S>, message: NotificationMessage, sender: NotificationSender<z.output<C>>): Promise<void>;
}

/** A definition as registries hold it. */
export type AnyNotificationDefinition = Omit<NotificationDefinition, 'address' | 'payload' | 'send'> & {
  address(notification: never): string;
  payload(notification: never, message: NotificationMessage, settings: never): unknown;
  send(notification: never, message: NotificationMessage, sender: NotificationSender<never>): Promise<void>;
};

/** Declares a type of notification. */
export function defineNotification<S extends z.ZodType, C extends z.ZodType>(
  definition: NotificationDefinition<S, C>,
): AnyNotificationDefinition {
  return definition;
}

/** Posts JSON to a receiver. @throws ServiceError as `send` does */
export async function postJson(
  http: Ports['http'],
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<GuardedResponse> {
  return accepted(
    url,
    await http({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      timeoutMs: 15_000,
    }),
  );
}

const EXCERPT = 300;

/** The answer, if it is a 2xx. @throws ServiceError with its status and its beginning; the address is not told, only its host */
export function accepted(url: string, response: GuardedResponse): GuardedResponse {
  if (response.status >= 200 && response.status < 300) return response;
  // A redirect that was not followed is no answer of the receiver, nor is anything below 200.
  const status = response.status >= 400 ? response.status : 502;
  const said = response.body.trim().slice(0, EXCERPT);
  throw new ServiceError(status, `${hostOf(url)} answered ${response.status}${said === '' ? '' : `: ${said}`}`);
}

/** Host of an address whose path may be a secret. @throws ServiceError 400 for what is no address */
export function hostOf(url: string): string {
  if (!URL.canParse(url)) throw badRequest('The address is no URL', { fix: 'give an absolute http or https address' });
  return new URL(url).host;
}
