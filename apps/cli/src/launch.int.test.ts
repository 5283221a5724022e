import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const launcher = resolve(import.meta.dirname, '../launch.mjs');
const launch = (...args: string[]) => spawnSync(process.execPath, [launcher, ...args], { encoding: 'utf8' });

it('explains itself and each command', () => {
  expect(launch('--help').stdout).toMatch(/up +start the whole platform/);
  expect(launch('up', '--help').stdout).toMatch(/--offset N +adds N to every port/);
  expect(launch('where', '--help').stdout).toMatch(/npx gennaker where/);
});

it('names the commands when asked for another', () => {
  const { status, stderr } = launch('fly');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^There is no command "fly"\./);
});

it('says what is wrong with an option in one line, without a stack', () => {
  const { status, stderr } = launch('up', '--offset', 'x');
  expect(status).toBe(1);
  expect(stderr).toBe('--offset must be a whole number from 0 to 50000, not "x".\n');
});

it('says when nothing runs', () => {
  const { status, stderr } = launch('where', '--data', '/nonexistent/gennaker');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Nothing runs on \/nonexistent\/gennaker: start it with "npm start"/);
});
