import { ServiceError } from '@gennaker/contracts/error';
import type { Route } from '@gennaker/contracts/route';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formPayload } from './form-payload.ts';
import { readBody } from './request-body.ts';

const hook: Route = { method: 'POST', path: '/hook', summary: 'Takes', rawBody: true, alsoTakes: 'form' };
const FORM = 'application/x-www-form-urlencoded';
const read = (form: string, type = FORM) => readBody(hook, new TextEncoder().encode(form), type);
const refused = (form: string) => {
  try {
    return void read(form);
  } catch (error) {
    if (error instanceof ServiceError) return { status: error.status, message: error.message, ...error.details };
    throw error;
  }
};

it("a form's payload is what its sender put in, whatever it is, beside other fields", () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (payload, other) => {
      expect(formPayload(new URLSearchParams({ other, payload }).toString())).toBe(payload);
      expect(formPayload(`payload=${encodeURIComponent(payload)}`)).toBe(payload);
    }),
  );
});

it('a form is read as the JSON of its payload where the route takes forms', () => {
  expect(read('payload=%7B%22a%22%3A+%22b%26c%3D%2B%C3%A4%22%7D')).toEqual({ a: 'b&c=+\u00e4' });
  expect(read('payload=%7B%7D', `${FORM}; charset=utf-8`)).toEqual({});
});

it('a form without the one payload, or with one that cannot be kept as sent, is refused by name', () => {
  for (const form of ['a=1', 'Payload=%7B%7D', 'payload=1&payload=2'])
    expect(refused(form)).toMatchObject({ status: 400, field: 'payload', fix: expect.stringContaining('one field') });
  for (const form of ['payload=%ff', 'payload=%2', 'payload=100%'])
    expect(refused(form)).toMatchObject({ status: 400, field: 'payload', message: expect.stringContaining('UTF-8') });
  expect(refused('payload=%7B%22a%22%3A%22%5Cu0000%22%7D')).toMatchObject({ status: 400, field: 'a' });
});
