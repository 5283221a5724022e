import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { serviceEnvironment } from './environment.ts';
import { layoutOf } from './layout.ts';
import { Sentence } from './sentence.ts';

const root = resolve(import.meta.dirname, '../../../..');

it('adds the offset to every port', () => {
  const { ports } = layoutOf(root, ['--offset', '100'], {});
  expect(ports).toMatchObject({ deck: 9100, gate: 8184, cloudlab: 8199, postgres: 5632, redis: 6579 });
});

it('keeps the data in .gennaker unless told otherwise', () => {
  expect(layoutOf(root, [], {}).data).toBe(`${root}/.gennaker/data`);
  expect(layoutOf(root, ['--data', '/tmp/elsewhere'], {}).data).toBe('/tmp/elsewhere');
});

it('tells every process where the split services are', () => {
  const layout = layoutOf(root, ['--split', 'orca=2,clouddriver'], {});
  const env = serviceEnvironment(layout, { databaseUrl: 'postgresql://x', redisUrl: 'redis://x' }, 'services');
  expect(JSON.parse(env['GENNAKER_DISCOVERY'] ?? '')).toEqual({
    orca: ['http://127.0.0.1:8083', 'http://127.0.0.1:9083'],
    clouddriver: ['http://127.0.0.1:7002'],
  });
});

it.each([
  [['--offset', 'many'], {}, /--offset must be a whole number/],
  [['--offset', '60000'], {}, /--offset must be a whole number/],
  [['--split', 'kayak'], {}, /--split names "kayak"; the services are deck/],
  [['--split', 'orca=0'], {}, /the count must be 1 to 9/],
  [['--ofset', '1'], {}, /Unknown option.*--help/],
  [[], { GENNAKER_CONFIG: '/nowhere/gennaker.yml' }, /GENNAKER_CONFIG names \/nowhere\/gennaker.yml/],
])('refuses %j with %j in a sentence', (args, env, sentence) => {
  expect(() => layoutOf(root, args, env)).toThrow(Sentence);
  expect(() => layoutOf(root, args, env)).toThrow(sentence);
});
