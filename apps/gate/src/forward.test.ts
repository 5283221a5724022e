import { ANONYMOUS } from '@gennaker/contracts/people';
import { defineApi } from '@gennaker/contracts/route';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { forward } from './forward.ts';

const api = defineApi({
  read: {
    method: 'GET',
    path: '/read/:id',
    summary: 'Reads',
    params: z.object({ id: z.string() }),
    response: z.string(),
  },
});
const call = {
  params: { id: '1' },
  query: undefined,
  body: undefined,
  rawBody: new Uint8Array(),
  headers: { 'idempotency-key': 'k' },
  user: 'ann',
  identity: { ...ANONYMOUS, user: 'ann' },
  traceparent: 'trace',
  signal: new AbortController().signal,
};

describe('forwarding', () => {
  it("hands a call on as it is, on the caller's behalf, with its key and trace", async () => {
    const handlers = forward(
      {
        read: (args, options) =>
          Promise.resolve(`${args.params.id} ${options?.identity?.user} ${options?.key} ${options?.traceparent}`),
      },
      api,
    );
    expect(await handlers.read(call)).toBe('1 ann k trace');
  });

  it('is refused at the start when the service has no such operation', () => {
    expect(() => forward({} as never, api)).toThrow('no operation read');
  });
});
