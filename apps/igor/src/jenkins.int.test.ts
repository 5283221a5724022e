import { createServer } from 'node:http';
import { once } from 'node:events';
import { type JenkinsServer, startJenkins } from '@gennaker/fixtures/jenkins/jenkins-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startIgor, type TestIgor } from './igor.fixture.ts';

const JOB = 'team/job/hello';
const PARAMETERS = [
  { name: 'CHANNEL', choices: ['stable', 'edge'] },
  { name: 'NOTE', value: 'none' },
];

let jenkins: JenkinsServer;
let test: TestIgor;
let elsewhere: ReturnType<typeof createServer>;
let port: number;

beforeAll(async () => {
  jenkins = await startJenkins({ username: 'robot', password: 'secret' });
  elsewhere = createServer((_request, response) => void response.end('version=from elsewhere'));
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const bound = elsewhere.address();
  port = bound && typeof bound === 'object' ? bound.port : 0;
  const at = { username: 'robot', trustPayload: false, pollSeconds: 0 };
  test = await startIgor({
    masters: [
      { ...at, name: 'main', address: jenkins.url, token: 'secret' },
      { ...at, name: 'stranger', address: jenkins.url, token: 'wrong' },
      { ...at, name: 'away', address: 'http://127.0.0.1:9' },
      { ...at, name: 'slow', address: `${jenkins.url}/slow` },
    ],
    allow: [`127.0.0.1/32:${port}`],
    masterTimeoutMs: 400,
  });
});
afterAll(async () => {
  await test.stop();
  await jenkins.close();
  elsewhere.close();
});
beforeEach(async () => {
  jenkins.meddle = undefined;
  jenkins.holdQueue = false;
  jenkins.addJob('team/hello', PARAMETERS);
  await test.database.db.pool.query('truncate igor.starts');
});

const params = { master: 'main' };
const query = { job: JOB };
const start = (key: string, parameters: Record<string, string> = {}, job: string = JOB) =>
  test.client.startBuild({ params, query: { job }, body: { parameters } }, { key });
const builds = () => jenkins.job('team/hello').builds;

describe('a start', () => {
  it('gives the queue item, with a crumb in its session, and is the same start for the same key', async () => {
    const { queueItem } = await start('k1', { CHANNEL: 'edge' });
    expect(queueItem).toBeGreaterThan(0);
    expect(await start('k1', { CHANNEL: 'edge' })).toEqual({ queueItem });
    expect(builds().map(({ parameters }) => parameters)).toEqual([{ CHANNEL: 'edge', NOTE: 'none' }]);
    expect(await test.client.getQueueItem({ params: { ...params, item: queueItem ?? 0 }, query })).toMatchObject({
      state: 'left',
      number: 1,
      url: `${jenkins.url}/job/team/job/hello/1/`,
    });
    await start('k2', { CHANNEL: 'edge' });
    expect(builds()).toHaveLength(2);
  });

  it('starts one build from many calls at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => start('many')));
    expect(answers.some(({ queueItem }) => queueItem !== undefined)).toBe(true);
    expect(builds()).toHaveLength(1);
  });

  it('finds its build when the answer of the master was lost, waiting or begun', async () => {
    for (const held of [false, true]) {
      jenkins.holdQueue = held;
      const before = builds().length;
      jenkins.meddle = ({ path }, response) => {
        if (!path.endsWith('/buildWithParameters')) return false;
        // It reaches Jenkins, and the answer is lost.
        jenkins.meddle = undefined;
        void fetch(`${jenkins.url}/${path}?CHANNEL=edge`, {
          method: 'POST',
          headers: {
            authorization: `Basic ${btoa('robot:secret')}`,
            cookie: 'JSESSIONID.test=session1',
            'jenkins-crumb': 'crumb-of-session1',
          },
        }).then(() => response.destroy());
        return true;
      };
      const key = `lost-${held}`;
      await expect(start(key, { CHANNEL: 'edge' })).rejects.toMatchObject({ status: 502 });
      const { queueItem } = await start(key, { CHANNEL: 'edge' });
      expect(queueItem).toBeGreaterThan(0);
      if (held) jenkins.releaseQueue();
      expect(builds()).toHaveLength(before + 1);
      expect(builds().at(-1)?.queueId).toBe(queueItem);
    }
  });

  it('is refused for what the job does not take, with what it does', async () => {
    jenkins.addJob('plain');
    jenkins.addJob('off').buildable = false;
    await expect(start('a', { CHANNEL: 'nightly' })).rejects.toMatchObject({
      status: 400,
      details: { field: 'parameters.CHANNEL', fix: 'choose one of stable, edge' },
    });
    await expect(start('a', { CHANEL: 'edge' })).rejects.toMatchObject({
      status: 400,
      details: { fix: 'use CHANNEL, NOTE' },
    });
    await expect(start('a', { A: 'b' }, 'plain')).rejects.toMatchObject({
      status: 400,
      message: 'Job plain takes no parameters, and "A" is given',
    });
    await expect(start('a', {}, 'off')).rejects.toMatchObject({ status: 409, message: 'Job off takes no builds' });
    await expect(start('a', {}, 'nowhere')).rejects.toMatchObject({ status: 404 });
    await expect(test.client.startBuild({ params, query, body: {} })).rejects.toMatchObject({
      status: 400,
      details: { field: 'Idempotency-Key' },
    });
    expect(await start('a', { CHANNEL: 'edge' })).toMatchObject({ queueItem: expect.any(Number) });
    expect((await start('b', {}, 'plain')).queueItem).toBeGreaterThan(0);
  });
});

describe('a stop', () => {
  const stop = (which: object) => test.client.stopBuild({ params, body: { job: JOB, ...which } });

  it('takes a build out of the queue, stops one that runs, and leaves one that has ended', async () => {
    jenkins.holdQueue = true;
    const waiting = await start('q');
    expect(await stop({ queueItem: waiting.queueItem })).toEqual({ stopped: true });
    jenkins.releaseQueue();
    expect(builds()).toEqual([]);
    const item = { params: { ...params, item: waiting.queueItem ?? 0 }, query };
    expect(await test.client.getQueueItem(item)).toMatchObject({ state: 'cancelled' });
    await start('r');
    expect(await stop({ number: 1 })).toEqual({ stopped: true });
    expect(builds()[0]?.result).toBe('ABORTED');
    expect(await stop({ number: 1 })).toEqual({ stopped: false });
    await expect(stop({})).rejects.toMatchObject({ status: 400 });
  });

  it('by its key stops what was started, and keeps from starting what was not', async () => {
    await start('known');
    expect(await stop({ start: 'known' })).toEqual({ stopped: true });
    expect(await stop({ start: 'unknown' })).toEqual({ stopped: false });
    await expect(start('unknown')).rejects.toMatchObject({ status: 409 });
    expect(builds().map(({ result }) => result)).toEqual(['ABORTED']);
  });

  it('knows a build by an item that Jenkins has forgotten', async () => {
    const { queueItem } = await start('f');
    jenkins.forgetItems();
    const item = { params: { ...params, item: queueItem ?? 0 }, query };
    expect(await test.client.getQueueItem(item)).toMatchObject({ state: 'left', number: 1 });
    jenkins.removeJob('team/hello');
    jenkins.addJob('team/hello', PARAMETERS);
    expect(await test.client.getQueueItem(item)).toEqual({ id: queueItem, state: 'unknown' });
  });
});

describe('a build', () => {
  const at = { params: { ...params, number: 1 } };
  const consoleFrom = (more: object) => test.client.buildConsole({ ...at, query: { job: JOB, ...more } });

  it('tells its console in pieces, characters whole, and its end', async () => {
    const build = jenkins.build('team/hello');
    build.console = Buffer.from('über').subarray(0, 1);
    expect(await consoleFrom({})).toEqual({ text: '', nextOffset: 0, complete: false });
    build.console = Buffer.from('über');
    expect(await consoleFrom({})).toEqual({ text: 'über', nextOffset: 5, complete: false });
    expect(await consoleFrom({ offset: 5 })).toEqual({ text: '', nextOffset: 5, complete: false });
    jenkins.end('team/hello', 1, 'SUCCESS');
    expect(await consoleFrom({ offset: 5 })).toEqual({ text: 'Finished: SUCCESS\n', nextOffset: 23, complete: true });
    expect((await consoleFrom({ offset: 500 })).text).toBe('');
    build.console = Buffer.from(`${'x'.repeat(600_000)}end`);
    const first = await consoleFrom({});
    expect(first).toMatchObject({ nextOffset: 524_288, complete: false });
    expect(await consoleFrom({ offset: first.nextOffset })).toMatchObject({ nextOffset: 600_003, complete: true });
    expect((await consoleFrom({ tail: 3 })).text).toBe('end');
  });

  it('reads property files of three kinds, and says what is wrong with others', async () => {
    jenkins.build('team/hello');
    jenkins.end('team/hello', 1, 'SUCCESS', {
      'out/build.properties': '# comment\nversion = 1.0\\\n  .1\nname\\ with\\ blanks: \\u00fc\nempty',
      'a.json': '{"version":"1.0","deep":{"a":[1]}}',
      'b.yml': 'version: 1.0\nlist:\n  - a\n',
      'list.json': '[1]',
      'broken.json': '{"a":',
      'bomb.yaml': `a: &a [x,x]\n${'bcdefghi'
        .split('')
        .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[at]}`)}]\n`)
        .join('')}`,
    });
    const read = (file: string) => test.client.buildProperties({ ...at, query: { job: JOB, file } });
    expect((await read('build.properties')).properties).toEqual({
      version: '1.0.1',
      'name with blanks': 'ü',
      empty: '',
    });
    expect((await read('a.json')).properties).toEqual({ version: '1.0', deep: { a: [1] } });
    expect((await read('b.yml')).properties).toEqual({ version: 1, list: ['a'] });
    for (const file of ['list.json', 'broken.json', 'bomb.yaml'])
      await expect(read(file)).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining(`${file} cannot be read`),
      });
    await expect(read('none.json')).rejects.toMatchObject({
      status: 404,
      details: { fix: expect.stringContaining('build.properties, a.json') },
    });
  });

  it('gives its files by their addresses, and nothing else of the Jenkins or elsewhere', async () => {
    jenkins.build('team/hello');
    jenkins.end('team/hello', 1, 'SUCCESS', { 'out/a b.deb': 'package' });
    const open = (url: string) => test.client.buildFile({ query: { url } });
    const file = `${jenkins.url}/job/team/job/hello/1/artifact/out/a%20b.deb`;
    expect(await new Response(await open(file)).text()).toBe('package');
    for (const url of [
      `${jenkins.url}/job/team/job/hello/1/artifact/../../config.xml`,
      `${jenkins.url}/job/team/job/hello/1/api/json`,
      `${jenkins.url}x/job/hello/1/artifact/a`,
      'http://127.0.0.1:1/ci/job/hello/1/artifact/a',
    ])
      await expect(open(url)).rejects.toMatchObject({ status: 404, details: { ofNoMaster: true } });
    await expect(open(`${file}x`)).rejects.toMatchObject({ status: 404, details: { upstream: 'main' } });
  });

  it('is described anew', async () => {
    jenkins.build('team/hello');
    await test.client.describeBuild({ ...at, query, body: { description: 'deployed' } });
    expect(builds()[0]?.description).toBe('deployed');
  });
});

describe('a master that', () => {
  const list = (master: string) => test.client.listBuilds({ params: { master }, query });

  it('is away or slow is named with 502 to 504, then asked no more for a while, and the others answer', async () => {
    await expect(list('away')).rejects.toMatchObject({ status: 502, details: { upstream: 'away' } });
    for (let call = 0; call < 5; call++) await list('away').catch(() => {});
    await expect(list('away')).rejects.toMatchObject({ status: 503, message: expect.stringContaining('last 5 calls') });
    jenkins.meddle = ({ path }) => path.startsWith('slow/');
    const slow = list('slow');
    await expect(list('main')).resolves.toEqual([]);
    await expect(slow).rejects.toMatchObject({ status: 504, message: expect.stringContaining('within 400 ms') });
  });

  it('sends on to another address is not followed; for files that address has to be allowed, and gets no credentials', async () => {
    jenkins.meddle = (_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
      return true;
    };
    await expect(list('main')).rejects.toMatchObject({
      status: 502,
      message: expect.stringContaining('sends GET'),
    });
    jenkins.build('team/hello');
    jenkins.end('team/hello', 1, 'SUCCESS', { 'a.properties': 'version=own' });
    const sendOn = (location: string) => {
      jenkins.meddle = ({ path }, response) => {
        if (!path.includes('/artifact/')) return false;
        response.writeHead(302, { location }).end();
        return true;
      };
    };
    const read = () =>
      test.client.buildProperties({ params: { ...params, number: 1 }, query: { job: JOB, file: 'a.properties' } });
    sendOn('http://169.254.169.254/latest/meta-data');
    await expect(read()).rejects.toMatchObject({ status: 502, message: expect.stringContaining('link') });
    const seen: (string | undefined)[] = [];
    elsewhere.on('request', (request) => seen.push(request.headers.authorization));
    sendOn(`http://127.0.0.1:${port}/file`);
    expect((await read()).properties).toEqual({ version: 'from elsewhere' });
    expect(seen).toEqual([undefined]);
  });

  it('refuses its credentials, or speaks otherwise than Jenkins does, is a clear error', async () => {
    await expect(list('stranger')).rejects.toMatchObject({
      status: 500,
      message: expect.stringContaining('Invalid password'),
    });
    jenkins.meddle = (_request, response) => {
      response.end('<html>Welcome</html>');
      return true;
    };
    await expect(list('main')).rejects.toMatchObject({
      status: 502,
      message: expect.stringContaining('something else'),
    });
  });
});
