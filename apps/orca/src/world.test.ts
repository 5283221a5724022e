import type { Ports } from '@gennaker/extension-sdk/ports';
import { systemClock } from '@gennaker/service/clock';
import { createGuardedHttp } from '@gennaker/service/egress';
import { describe, expect, it } from 'vitest';
import { engineEnv, taskWorld, type World } from './world.ts';

const world: World = {
  clock: systemClock,
  definitions: new Map(),
  strategies: [],
  // Deciding asks no service for anything.
  ports: {} as Ports,
};

describe('what the engine decides with', () => {
  it('has the configured backoffs', () => {
    const backoffs = { atLeast: (provider?: string) => (provider === 'gce' ? 5_000 : 0), max: 60_000 };
    const env = engineEnv({ ...world, backoffs });
    expect([env.backoff?.('gce', 'local-gce'), env.backoff?.('other', undefined), env.maxBackoff]).toEqual([
      5_000, 0, 60_000,
    ]);
  });

  it('leaves the longest backoff to the engine where none is configured', () => {
    expect(engineEnv(world)).not.toHaveProperty('backoff');
    expect(engineEnv({ ...world, backoffs: { atLeast: () => 1 } })).not.toHaveProperty('maxBackoff');
  });
});

it.each(['file:///etc/passwd', 'http://169.254.169.254/', 'http://127.0.0.1/', 'http://localhost/'])(
  'an expression is not told what lies behind %s',
  async (url) => {
    const guarded: World = { ...world, ports: { http: createGuardedHttp([]) } as unknown as Ports };
    const text = `\${#fromUrl('${url}')}`;
    const scope = { lookup: () => undefined };
    const [asked] = engineEnv(guarded).resolve(text, scope).lookups ?? [];
    if (!asked) throw new Error('it asks');
    const answer = await taskWorld(guarded).lookUp(asked.lookup, {
      application: 'shop',
      identity: { user: 'ann', roles: [], admin: false, via: 'service' },
      signal: new AbortController().signal,
      traceparent: '',
    });
    const { value, problems } = engineEnv(guarded).resolve(text, { ...scope, answers: { [asked.key]: answer } });
    expect(value).toBe(text);
    expect(problems).toMatchObject([{ expression: `{#fromUrl('${url}')}`, level: 'ERROR' }]);
  },
);
