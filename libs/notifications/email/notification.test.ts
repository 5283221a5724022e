import { once } from 'node:events';
import { CERTIFICATE, PRIVATE_KEY } from '@gennaker/cloudlab/certificate.fixture';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILED, secretOf, sendBy } from '../receiver.fixture.ts';
import email from './notification.ts';

interface Mail {
  readonly from: string;
  readonly to: string[];
  readonly secure: boolean;
  readonly user: unknown;
  readonly text: string;
}

let server: SMTPServer;
let port: number;
let mails: Mail[];
/** What the server says to a recipient; undefined: welcome. */
let refusal: { responseCode: number } | undefined;

beforeAll(async () => {
  server = new SMTPServer({
    key: PRIVATE_KEY,
    cert: CERTIFICATE,
    onAuth: ({ username, password }, _session, done) =>
      password === 'pass'
        ? done(null, { user: username })
        : done(Object.assign(new Error('no'), { responseCode: 535 })),
    onRcptTo: (_address, _session, done) => done(refusal && Object.assign(new Error('not here'), refusal)),
    onData: (stream, session, done) => {
      let text = '';
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push({
          from,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: session.user,
          text,
        });
        done();
      });
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  port = (listening.address() as { port: number }).port;
});
beforeEach(() => {
  mails = [];
  refusal = undefined;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

const send = (notification: object, settings: object = {}): Promise<void> =>
  sendBy(email, notification, FAILED, {
    http: async () => {
      throw new Error('mail does not leave by HTTP');
    },
    settings: {
      host: '127.0.0.1',
      port,
      serverName: 'cloud.test',
      certificateAuthority: secretOf('CA'),
      from: 'Gennaker <deploys@example.com>',
      username: 'gennaker',
      password: secretOf('PASSWORD'),
      ...settings,
    },
    secrets: { CA: CERTIFICATE, PASSWORD: 'pass\n', WRONG: 'wrong' },
  });

describe('a mail', () => {
  it('reaches everybody whom it is to, over TLS and with the name and the password', async () => {
    await send({ address: 'ada@example.com, bob@example.com', cc: 'release@example.com' });
    expect(mails).toMatchObject([
      {
        from: 'deploys@example.com',
        to: ['ada@example.com', 'bob@example.com', 'release@example.com'],
        secure: true,
        user: 'gennaker',
      },
    ]);
    const text = mails[0]?.text ?? '';
    expect(text).toContain('Subject: shop: Deploy <cart> has failed');
    expect(text).toContain('Cc: release@example.com');
    expect(text).toContain('Stage Bake: no & such package');
    expect(text).toContain(FAILED.link);
    expect(text).toContain('Message-ID: <01DELIVERY@gennaker.invalid>');
  });

  it('has the subject and the text of the notification where they are given', async () => {
    await send({ address: 'ada@example.com', customSubject: 'Ship it', customBody: 'Now.' });
    expect(mails[0]?.text).toContain('Subject: Ship it');
    expect(mails[0]?.text).toMatch(/\r\n\r\nNow\.\s*$/);
  });

  it('goes to no server that cannot show who it is', async () => {
    await expect(send({ address: 'ada@example.com' }, { serverName: 'other.test' })).rejects.toMatchObject({
      status: 502,
    });
    expect(mails).toEqual([]);
  });

  it('that the server refuses for good is given up, one that it refuses for now is not', async () => {
    refusal = { responseCode: 550 };
    await expect(send({ address: 'gone@example.com' })).rejects.toMatchObject({ status: 422 });
    refusal = { responseCode: 451 };
    await expect(send({ address: 'later@example.com' })).rejects.toMatchObject({ status: 502 });
    const sending = send({ address: 'ada@example.com' }, { password: secretOf('WRONG') });
    const error: unknown = await sending.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 422 });
    expect(String(error)).not.toContain('wrong');
  });
});

it('refuses what is no address, and subjects of two lines', () => {
  const refused = [
    { address: 'ada' },
    { address: '' },
    { address: 'a@b, c' },
    { address: 'a@b', cc: 'x' },
    { address: 'a@b', customSubject: 'x\r\nBcc: c@d' },
  ];
  for (const one of refused) expect(email.schema.safeParse({ type: 'email', ...one }).success).toBe(false);
  expect(email.schema.safeParse({ type: 'email', address: '${parameters.who}' }).success).toBe(true);
});
