import type { Identity, Permissions } from '@gennaker/contracts/people';
import { type Call, defineApi, type Handlers, type Route } from '@gennaker/contracts/route';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Access, applicationOf, guarded, type Rules } from './guard.ts';

const item = z.object({ application: z.string() });
const api = defineApi({
  list: { method: 'GET', path: '/things', summary: 'Lists', response: z.array(item) },
  change: { method: 'PUT', path: '/things', summary: 'Changes', body: z.looseObject({}), response: z.object({}) },
  wake: { method: 'POST', path: '/wake', summary: 'Wakes', response: z.object({}) },
  follow: { method: 'GET', path: '/events', summary: 'Follows', answers: 'events' },
  forgotten: { method: 'GET', path: '/forgotten', summary: 'Has no rule', response: z.object({}) },
});
const handlers: Handlers<typeof api> = {
  list: () => [{ application: 'open' }, { application: 'secret' }],
  change: () => ({}),
  wake: () => ({}),
  follow: async function* () {
    yield { data: { application: 'open' } };
    yield { data: { application: 'secret' } };
    yield { data: {} };
  },
  forgotten: () => ({}),
};
const rules: Partial<Rules<typeof api>> = {
  list: { shows: applicationOf },
  change: { needs: 'WRITE', of: ({ body }) => applicationOf(body) },
  wake: 'service',
  follow: { shows: applicationOf },
};
const secret: Permissions = { READ: ['dev'], WRITE: ['dev'] };
const access = (on: boolean): Access => ({
  authentication: () => Promise.resolve(on),
  permissions: (name) => Promise.resolve(name === 'secret' ? secret : undefined),
});
const person = (roles: string[], more: Partial<Identity> = {}): Identity => ({
  user: 'ada',
  roles,
  admin: false,
  via: 'session',
  service: 'gate',
  ...more,
});
const by = (identity: Identity, body: Record<string, unknown> = {}): Call<Route> & Call<(typeof api)['change']> => ({
  params: undefined,
  query: undefined,
  body,
  rawBody: new Uint8Array(),
  headers: {},
  user: identity.user,
  identity,
  traceparent: '',
  signal: new AbortController().signal,
});
const on = guarded(handlers, rules, access(true));
const off = guarded(handlers, rules, access(false));

describe('a guarded service', () => {
  it('shows in lists and streams what the caller may read, and nothing that names no application', async () => {
    expect(await on.list(by(person([])))).toEqual([{ application: 'open' }]);
    expect(await on.list(by(person(['dev'])))).toHaveLength(2);
    const seen = [];
    for await (const event of await on.follow(by(person([])))) seen.push(event.data);
    expect(seen).toEqual([{ application: 'open' }]);
  });

  it('refuses a change without the role, and one that names no application', async () => {
    await expect(on.change(by(person(['qa']), { application: 'secret' }))).rejects.toMatchObject({ status: 403 });
    await expect(on.change(by(person(['dev']), {}))).rejects.toMatchObject({ status: 403 });
    expect(await on.change(by(person(['dev']), { application: 'secret' }))).toEqual({});
    const narrowed = person([], { admin: true, scope: { applications: ['secret'] } });
    await expect(on.change(by(narrowed, {}))).rejects.toMatchObject({ status: 403 });
  });

  it('lets only a service on its own behalf, never gate, call what is for services', async () => {
    await expect(on.wake(by(person([], { admin: true })))).rejects.toMatchObject({ status: 403 });
    await expect(on.wake(by(person([], { via: 'service', service: 'gate' })))).rejects.toMatchObject({ status: 403 });
    expect(await on.wake(by(person([], { via: 'service', service: 'rosco' })))).toEqual({});
  });

  it('keeps an operation that has no rule for administrators', async () => {
    await expect(on.forgotten(by(person(['dev'])))).rejects.toMatchObject({ status: 403 });
    expect(await on.forgotten(by(person([], { admin: true })))).toEqual({});
  });

  it('asks nothing while authentication is off, and lets nobody in when that cannot be found out', async () => {
    expect(await off.list(by(person([])))).toHaveLength(2);
    expect(await off.forgotten(by(person([])))).toEqual({});
    const blind: Access = { ...access(true), authentication: () => Promise.reject(new Error('no database')) };
    await expect(guarded(handlers, rules, blind).change(by(person(['dev'])))).rejects.toThrow('no database');
  });
});
