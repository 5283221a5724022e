import { type JenkinsServer, startJenkins } from '@gennaker/fixtures/jenkins/jenkins-server';
import { type TestRegistry, startRegistry } from '@gennaker/fixtures/docker-registry';
import type { EchoEvent } from '@gennaker/contracts/echo';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIgor, type TestIgor, until } from './igor.fixture.ts';
import { lookOnce } from './polling/poll-loop.ts';
import { dockerPoll } from './polling/docker-poll.ts';
import { jenkinsPoll } from './polling/jenkins-poll.ts';
import { Registry } from './docker/registry.ts';

const signal = new AbortController().signal;
let test: TestIgor;
const keys = (events: readonly EchoEvent[]) => events.map(({ key }) => key).toSorted();

/** Looks once more, whatever the time of the next look. */
async function look(poll: Parameters<typeof lookOnce>[1]): Promise<void> {
  await test.database.db.pool.query("update igor.polls set next_at = now() - interval '1 hour'");
  await lookOnce(test.igor, poll, signal);
}

describe('a look at a master', () => {
  let jenkins: JenkinsServer;
  let now: number;
  const master = () => {
    const found = test.igor.connections[0];
    if (!found) throw new Error('There is no master');
    return jenkinsPoll(test.igor, found);
  };
  const ended = (job: string, result = 'SUCCESS', files: Record<string, string> = {}) => {
    const { number } = jenkins.build(job);
    now += 2_000;
    jenkins.end(job, number, result, files);
    return number;
  };
  const told = async (...expected: string[]) => {
    await until(() => test.events.length >= expected.length);
    expect(keys(test.events)).toEqual(expected.map((key) => `jenkins:main:${key}`).toSorted());
  };

  beforeEach(async () => {
    now = Date.now();
    jenkins = await startJenkins({ now: () => now });
    test = await startIgor({
      masters: [{ name: 'main', address: jenkins.url, trustPayload: false, pollSeconds: 0 }],
    });
    jenkins.addJob('team/hello');
    jenkins.addJob('plain');
  });
  afterEach(async () => {
    await test.stop();
    await jenkins.close();
  });

  it('notes what there is, then tells of each build that has ended, with its property files', async () => {
    ended('plain');
    ended('team/hello');
    await look(master());
    ended('team/hello', 'SUCCESS', { 'b.properties': 'version=1.0', 'list.json': '[]', 'hello.deb': 'x' });
    ended('team/hello', 'FAILURE');
    await look(master());
    await told('team/job/hello:2', 'team/job/hello:3');
    await look(master());
    await told('team/job/hello:2', 'team/job/hello:3');
    expect(test.events.find(({ key }) => key?.endsWith(':2'))).toMatchObject({
      type: 'jenkins',
      source: 'main',
      content: {
        job: 'team/job/hello',
        buildInfo: { number: 2, result: 'SUCCESS', artifacts: [{}, {}, { fileName: 'hello.deb' }] },
        propertyFiles: {
          'b.properties': { properties: { version: '1.0' } },
          'list.json': { problem: expect.stringContaining('it holds a list') },
        },
      },
    });
  });

  it('and a webhook count a build once, whichever comes first', async () => {
    await look(master());
    const notify = (number: number) =>
      test.client.jenkinsWebhook({
        params: { master: 'main' },
        body: JSON.stringify({
          name: 'hello',
          url: 'job/team/job/hello/',
          build: { number, phase: 'FINALIZED', status: 'SUCCESS', url: `job/team/job/hello/${number}/` },
        }),
      });
    await notify(ended('team/hello'));
    await look(master());
    const second = ended('team/hello');
    await look(master());
    await until(() => test.events.length === 2);
    expect(await notify(second)).toMatchObject({ repeated: true });
    await told('team/job/hello:1', 'team/job/hello:2');
  });

  it('waits for builds that still run, and loses none behind them', async () => {
    const before = jenkins.build('plain').number;
    await look(master());
    const long = jenkins.build('team/hello').number;
    ended('team/hello');
    await look(master());
    await told('team/job/hello:2');
    jenkins.end('team/hello', long, 'SUCCESS');
    jenkins.end('plain', before, 'SUCCESS');
    await look(master());
    await told('team/job/hello:2', 'team/job/hello:1', 'plain:1');
  });

  it('takes a job that is new with the builds that ended since, and one that was made anew', async () => {
    jenkins.addJob('moved');
    ended('moved');
    const { builds } = jenkins.job('moved');
    jenkins.removeJob('moved');
    now += 10_000;
    await look(master());
    now += 10_000;
    Object.assign(jenkins.addJob('archive/moved'), { builds, next: 2 });
    jenkins.addJob('new');
    ended('new');
    ended('archive/moved');
    await look(master());
    await told('new:1', 'archive/job/moved:2');
    jenkins.removeJob('archive/moved');
    jenkins.addJob('archive/moved');
    await look(master());
    ended('archive/moved');
    ended('archive/moved');
    ended('archive/moved');
    await look(master());
    await told('new:1', 'archive/job/moved:2', 'archive/job/moved:1', 'archive/job/moved:3');
  });

  it('goes on where it was after a time in which master, igor or echo were away', async () => {
    await look(master());
    jenkins.meddle = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    ended('team/hello');
    await look(master());
    expect(test.warnings.join()).toContain('nothing is lost');
    jenkins.meddle = undefined;
    test.echoUp = false;
    await look(master());
    ended('team/hello');
    const next = await startIgor({
      masters: [{ name: 'main', address: jenkins.url, trustPayload: false, pollSeconds: 1 }],
      database: test.database,
    });
    await test.database.db.pool.query("update igor.polls set next_at = now() - interval '1 hour'");
    await until(() => next.events.length >= 1);
    test.echoUp = true;
    await until(() => new Set(keys([...next.events, ...test.events])).size === 2);
    await next.stop();
  });

  it('tells of a thousand jobs that have changed, and of hundreds of builds of one', async () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `many/job${at}`);
    for (const name of names) jenkins.addJob(name);
    await look(master());
    for (const name of names) ended(name);
    for (let build = 0; build < 450; build++) ended('plain');
    await look(master());
    const { rows } = await test.database.db.pool.query<{ count: number }>(
      'select count(*)::int as count from igor.notifications',
    );
    expect(rows[0]?.count).toBe(1_450);
  });
});

describe('a look at a registry', () => {
  let registry: TestRegistry;
  const account = (more: object = {}) => ({
    name: 'hub',
    address: registry.url,
    username: 'robot',
    credentials: { type: 'environment' as const, variable: 'REGISTRY_PASSWORD' },
    repositories: ['team/hello'],
    trackDigests: false,
    pollSeconds: 30,
    ...more,
  });
  const poll = (more: object = {}) =>
    dockerPoll(
      test.igor,
      new Registry({
        account: account(more),
        secrets: { folder: 'unused', variable: () => 'secret' },
        guarded: test.igor.guarded,
        now: Date.now,
      }),
    );

  beforeEach(async () => {
    registry = await startRegistry({ username: 'robot', password: 'secret', pageSize: 2 });
    test = await startIgor({});
    for (const tag of ['1.0', '1.1', '1.2', 'latest', 'edge']) registry.push('team/hello', tag);
  });
  afterEach(async () => {
    await test.stop();
    await registry.close();
  });

  it('notes what there is, page by page, then tells of each new tag once, with its digest', async () => {
    await look(poll());
    expect(test.events).toEqual([]);
    const digest = registry.push('team/hello', '1.3');
    registry.push('team/hello', 'latest');
    await look(poll());
    await look(poll());
    expect(test.events).toEqual([
      {
        key: `docker:hub:team/hello:1.3@${digest}`,
        type: 'docker',
        source: 'hub',
        content: { account: 'hub', registry: new URL(registry.url).host, repository: 'team/hello', tag: '1.3', digest },
      },
    ]);
  });

  it('with trackDigests tells of a tag that was moved', async () => {
    await look(poll({ trackDigests: true }));
    const digest = registry.push('team/hello', 'latest');
    await look(poll({ trackDigests: true }));
    await look(poll({ trackDigests: true }));
    expect(test.events).toMatchObject([{ content: { tag: 'latest', digest } }]);
    expect(test.events).toHaveLength(1);
  });

  it('watches all repositories where none is named, and notes first what one has that turns up later', async () => {
    registry.push('team/other', '1');
    await look(poll({ repositories: [] }));
    registry.push('team/new', '1');
    registry.push('team/other', '2');
    await look(poll({ repositories: [] }));
    expect(test.events.map(({ content }) => content['repository'])).toEqual(['team/other']);
    registry.push('team/new', '2');
    await look(poll({ repositories: [] }));
    expect(test.events).toHaveLength(2);
  });

  it('keeps what echo did not take, and looks at the other repositories when one is gone', async () => {
    const both = { repositories: ['team/gone', 'team/hello'] };
    await look(poll(both));
    registry.push('team/hello', '2.0');
    test.echoUp = false;
    await look(poll(both));
    expect(test.warnings.join()).toContain('answered 404');
    test.echoUp = true;
    await look(poll(both));
    expect(test.events).toMatchObject([{ content: { tag: '2.0' } }]);
  });

  it('says what a registry does wrong: foreign pages, endless pages, refused credentials', async () => {
    const reason = async () => {
      await look(poll());
      const { rows } = await test.database.db.pool.query<{ reason: string }>('select reason from igor.polls');
      return rows[0]?.reason;
    };
    registry.link = () => '<http://169.254.169.254/v2/x>; rel="next"';
    expect(await reason()).toContain('links its list on to 169.254.169.254');
    registry.link = (path) => `<${path}>; rel="next"`;
    expect(await reason()).toContain('without an end');
    registry.link = undefined;
    registry.realm = 'http://169.254.169.254/token';
    expect(await reason()).toContain('sends to 169.254.169.254 for a token');
    registry.realm = undefined;
    registry.password = 'changed';
    expect(await reason()).toContain('got no token');
  });
});
