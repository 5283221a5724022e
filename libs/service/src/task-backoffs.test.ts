import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFromEnv, type GennakerFile } from './config.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gennaker-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a service makes of a gennaker.yml. */
function read(yaml: string): GennakerFile {
  const path = join(folder, 'gennaker.yml');
  writeFileSync(path, yaml);
  const { file } = configFromEnv({
    GENNAKER_DATA: folder,
    GENNAKER_CONFIG: path,
    DATABASE_URL: 'postgresql://127.0.0.1/x',
    REDIS_URL: 'redis://127.0.0.1',
  });
  return file;
}

const YAML = `
tasks:
  global: { backOffPeriod: 2000, maxBackOffPeriod: 60000 }
  gce:
    backOffPeriod: 5000
    slow-account: { backOffPeriod: 30000 }
    quick-account: { backOffPeriod: 100 }
`;

describe('backoffs of tasks in gennaker.yml', () => {
  it.each([
    ['the global one where neither provider nor account is known', undefined, undefined, 2_000],
    ['the global one for a provider that is not named', 'other', 'slow-account', 2_000],
    ["the provider's", 'gce', undefined, 5_000],
    ["the provider's for an account that is not named", 'gce', 'local-gce', 5_000],
    ["the account's", 'gce', 'slow-account', 30_000],
    ["the longest of all: an account does not shorten its provider's", 'gce', 'quick-account', 5_000],
  ])('are %s', (_, provider, account, ms) => {
    expect(read(YAML).tasks.atLeast(provider, account)).toBe(ms);
  });

  it('have a longest one only where it is set', () => {
    expect(read(YAML).tasks.max).toBe(60_000);
    expect(read('tasks: { gce: { backOffPeriod: 1 } }').tasks).not.toHaveProperty('max');
  });

  it('are none where the file says nothing', () => {
    expect(read('').tasks.atLeast('gce', 'local-gce')).toBe(0);
  });

  it.each([
    ['a time that is no whole number', 'tasks: { global: { backOffPeriod: 1.5 } }', 'tasks.global.backOffPeriod'],
    ['a negative time', 'tasks: { gce: { backOffPeriod: -1 } }', 'tasks.gce.backOffPeriod'],
    ['an account without its time', 'tasks: { gce: { local-gce: {} } }', 'tasks.gce["local-gce"].backOffPeriod'],
    ['a misspelt key', 'tasks: { global: { backoffPeriod: 1 } }', 'backoffPeriod'],
  ])('are refused for %s, with its place', (_, yaml, place) => {
    expect(() => read(yaml)).toThrow(place);
  });
});
