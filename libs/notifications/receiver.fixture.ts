import { once } from 'node:events';
import { createServer } from 'node:http';
import type { NotificationMessage } from '@gennaker/contracts/notifications';
import type { AnyNotificationDefinition, NotificationSender } from '@gennaker/extension-sdk/notification';
import { createGuardedHttp } from '@gennaker/service/egress';

/** A request as a receiver got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** A receiver of HTTP on loopback, which answers what it is told to. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What comes next is answered so. */
  answer: { status: number; body?: string };
  /** The only way out, as the egress guard leaves it: to this receiver. */
  readonly http: NotificationSender<unknown>['http'];
  close(): Promise<void>;
}

/** Starts a receiver. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
      );
      received.push({ method: request.method ?? '', path: request.url ?? '', headers, body });
      response
        .writeHead(receiver.answer.status, { 'content-type': 'application/json' })
        .end(receiver.answer.body ?? '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${address.port}`,
    received,
    answer: { status: 200 },
    http: createGuardedHttp([`127.0.0.1/32:${address.port}`]),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

/** A message as it comes from a pipeline that has failed. */
export const FAILED: NotificationMessage = {
  event: 'pipeline.failed',
  subject: 'shop: Deploy <cart> has failed',
  text: 'Started by ada (manual)\nStage Bake: no & such package',
  link: 'https://deck.example.com/applications/shop/executions/details/01E',
  application: 'shop',
  executionId: '01E',
  executionName: 'Deploy <cart>',
  status: 'TERMINAL',
  user: 'ada',
  trigger: { type: 'manual', user: 'ada' },
  at: Date.UTC(2030, 0, 31, 12),
};

/** Sends through a definition as echo does: read by its schemas, with these secrets by the names of their variables. */
export async function sendBy(
  definition: AnyNotificationDefinition,
  notification: object,
  message: NotificationMessage,
  sender: Pick<NotificationSender<unknown>, 'http'> &
    Partial<NotificationSender<unknown>> & { readonly secrets?: Readonly<Record<string, string>> },
): Promise<void> {
  const { secrets = {}, settings = {}, ...rest } = sender;
  const read: unknown = definition.schema.parse({ type: definition.type, ...notification });
  const configured: unknown = definition.settings.parse(settings);
  await definition.send(read as never, message, {
    igor: {
      setCommitStatus: async () => {
        throw new Error('nobody is meant to set a status');
      },
    },
    secret: async (reference) => (reference.type === 'environment' ? (secrets[reference.variable] ?? '') : ''),
    key: '01DELIVERY',
    now: FAILED.at,
    ...rest,
    settings: configured as never,
  });
}

/** A reference to a secret that `sendBy` knows. */
export const secretOf = (variable: string) => ({ type: 'environment', variable });
