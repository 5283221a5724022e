import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { HELLO } from '@gennaker/app-demo/hello-application';
import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import type { System } from '@gennaker/fixtures/system';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCheckedSystem } from './checked-system.ts';
import { openDeck, openPage, violations } from './deck.ts';
import { followGuide } from './run-guide.ts';

const SHOTS = process.env['GENNAKER_SCREENSHOTS'];
const root = resolve(import.meta.dirname, '../../..');
const PASSWORD = 'a password of this test';
const { application } = HELLO;

let system: System;
let browser: Browser;
let page: Page;
let problems: string[];
let judged: string;
const gate = () => createClient(gateApi, { baseUrl: system.addresses['gate'] ?? '' });
const deck = () => system.addresses['deck'] ?? '';

const wait = (refId: string, name: string, waitTime: number, after: readonly string[] = [], more: object = {}) => ({
  refId,
  requisiteStageRefIds: after,
  type: 'wait',
  name,
  waitTime,
  ...more,
});
const FAILS = {
  name: 'Fails',
  parameterConfig: [
    {
      name: 'color',
      label: 'Color',
      default: 'blue',
      hasOptions: true,
      options: [{ value: 'blue' }, { value: 'green' }],
    },
  ],
  stages: [
    wait('1', 'Prepare', 1),
    // Loopback addresses are not called: the stage fails at once, with a reason.
    {
      refId: '2',
      requisiteStageRefIds: ['1'],
      type: 'webhook',
      name: 'Smoke test',
      url: 'http://127.0.0.1:1/',
      method: 'GET',
    },
    wait('3', 'Only in green', 1, ['1'], {
      stageEnabled: { type: 'expression', expression: "${parameters.color == 'green'}" },
    }),
    wait('4', 'After', 1, ['2']),
  ],
};
const SINGLE = {
  name: 'One at a time',
  limitConcurrent: true,
  keepWaitingPipelines: true,
  stages: [wait('1', 'Work', 900)],
};
const JUDGED = {
  name: 'Judged',
  stages: [
    {
      refId: '1',
      requisiteStageRefIds: [],
      type: 'manualJudgment',
      name: 'Approve',
      instructions: 'Is the error rate low?',
      judgmentInputs: [{ value: 'all at once' }, { value: 'slowly' }],
      requiredApprovals: 2,
    },
    wait('2', 'Roll out', 1, ['1']),
  ],
};

async function start(name: string): Promise<string> {
  const { ref } = await gate().startPipeline({ params: { application, name }, body: { type: 'manual' } });
  return ref.slice(ref.lastIndexOf('/') + 1);
}

/** Each stage's status by its name. */
async function statuses(id: string): Promise<Record<string, string>> {
  const { status, stages } = await gate().getExecution({ params: { id } });
  return { '': status, ...Object.fromEntries(stages.map((stage) => [stage.name, stage.status])) };
}

async function look(at: Page, name: string): Promise<void> {
  if (SHOTS) await at.screenshot({ path: join(SHOTS, `${name}.png`) });
  expect(await violations(at)).toEqual([]);
}

const details = (id: string, more = ''): string => `/applications/${application}/executions/details/${id}${more}`;

/** Presses a button of a stage and confirms what the dialog says. */
async function decide(label: string): Promise<string> {
  await page.getByRole('button', { name: label }).click();
  const dialog = page.getByRole('dialog');
  const preview = await dialog.locator('.dialog-text').innerText();
  await dialog.getByRole('button', { name: label }).click();
  await dialog.waitFor({ state: 'hidden' });
  return preview;
}

/** Adds a user as an operator does. */
async function addUser(...args: readonly string[]): Promise<void> {
  const where = ['--offset', String(system.offset), '--data', system.dataDir, '--password-stdin'];
  const child = spawn(process.execPath, ['apps/cli/launch.mjs', 'users', 'add', ...args, ...where], { cwd: root });
  child.stdin.end(`${PASSWORD}\n`);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`users add ${args.join(' ')} ended with ${code}:\n${output}`);
}

beforeAll(async () => {
  system = await startCheckedSystem({ offset: 2400 });
  ({ browser, page, problems } = await openDeck(deck()));
  for (const pipeline of [FAILS, SINGLE, JUDGED])
    await gate().savePipelineConfig({ body: JSON.stringify({ application, triggers: [], ...pipeline }) });
}, 15 * 60_000);
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

describe('somebody who has the API reference and curl alone', () => {
  it('creates an application, saves a pipeline, starts it and follows it to its end', async () => {
    const { code, output } = await followGuide('docs/reference/api.md', { GATE: system.addresses['gate'] ?? '' });
    expect(code, output).toBe(0);
    expect(output.trim().split('\n').at(-1)).toBe('"status":"SUCCEEDED"');
    const [ran, ...more] = await gate().listExecutions({ params: { application: 'guide' } });
    expect(more).toEqual([]);
    expect(ran).toMatchObject({ name: 'Hello', status: 'SUCCEEDED', trigger: { parameters: { who: 'curl' } } });
  });
});

describe('an execution that failed', () => {
  let id: string;
  it('says why, and goes on when its failure is ignored', async () => {
    id = await start(FAILS.name);
    await expect.poll(async () => (await statuses(id))[''], { timeout: 20_000 }).toBe('TERMINAL');
    await page.goto(details(id));
    const why = page.getByRole('region', { name: 'Why' });
    await why.getByRole('heading', { name: /"Smoke test".*loopback address/ }).waitFor();
    await why
      .getByText(/color == 'green'/)
      .first()
      .waitFor();
    await page.getByRole('group', { name: 'Actions for Smoke test' }).waitFor();
    await look(page, 'failed');
    expect(await decide('Ignore the failure')).toContain('After can go on');
    await expect
      .poll(() => statuses(id), { timeout: 20_000 })
      .toEqual({
        '': 'SUCCEEDED',
        Prepare: 'SUCCEEDED',
        'Smoke test': 'FAILED_CONTINUE',
        'Only in green': 'SKIPPED',
        After: 'SUCCEEDED',
      });
    await page.getByRole('status').getByText('Succeeded').waitFor();
  });

  it('runs again from a stage', async () => {
    const prepare = (await gate().getExecution({ params: { id } })).stages.find(({ name }) => name === 'Prepare');
    await page.goto(details(id, `?stage=${prepare?.id}`));
    expect(await decide('Restart from here')).toContain('Smoke test');
    await expect
      .poll(() => statuses(id), { timeout: 20_000 })
      .toMatchObject({ '': 'TERMINAL', 'Smoke test': 'TERMINAL', After: 'NOT_STARTED' });
    await page.getByRole('status').getByText('Failed').waitFor();
  });

  it('is replayed event by event with the arrow keys', async () => {
    await page.goto(details(id, '?tab=replay'));
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('Home');
    await page.getByRole('row', { name: /Smoke test.*Not started/ }).waitFor();
    for (let step = 0; step < 6; step++) await page.keyboard.press('ArrowRight');
    await page.getByRole('row', { name: /Prepare.*Succeeded/ }).waitFor();
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^7 of \d+: Prepare: stage completed/);
    await look(page, 'replay');
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByRole('row', { name: /Smoke test.*Failed/ }).waitFor();
  });
});

describe('a pipeline that runs one at a time', () => {
  it('lines up in the queue, and the plan of the next start says so', async () => {
    const first = await start(SINGLE.name);
    const second = await start(SINGLE.name);
    await page.goto(`/applications/${application}/queue`);
    const queue = page.getByRole('region', { name: `Queue of ${SINGLE.name}` });
    await queue.getByRole('row', { name: /^Runs/ }).waitFor();
    await queue.getByRole('row', { name: /^1 .*Waits for its turn/ }).waitFor();
    await look(page, 'queue');

    await page.goto(`/applications/${application}/executions`);
    await page.getByRole('button', { name: `Start ${SINGLE.name}` }).click();
    const plan = page.getByRole('dialog').getByRole('region', { name: 'Plan' });
    await plan.getByText('Work').waitFor();
    await plan.getByText(/at most one execution/).waitFor();
    await look(page, 'plan-queued');
    await page.keyboard.press('Escape');

    await page.goto(`/applications/${application}/queue`);
    await queue.getByRole('button', { name: `Cancel number 1 of ${SINGLE.name}` }).click();
    await page.getByRole('button', { name: 'Cancel the execution' }).click();
    await page.getByText('Nothing waits for its turn').waitFor();
    expect((await statuses(second))['']).toBe('CANCELED');
    await gate().cancel({ params: { id: first }, query: {} });
  });

  it('shows before a start which stages run with these parameters', async () => {
    await page.goto(`/applications/${application}/executions`);
    await page.getByRole('button', { name: `Start ${FAILS.name}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Is skipped').waitFor();
    await look(page, 'plan');
    await dialog.getByRole('combobox', { name: 'Color' }).click();
    await page.getByRole('option', { name: 'green' }).click();
    await dialog.getByText('Is skipped').waitFor({ state: 'hidden' });
    expect(await dialog.getByText('Runs', { exact: true }).count()).toBe(4);
  });
});

describe('a judgment that two people have to give', () => {
  it('waits for the second one, and tells both who has approved', async () => {
    judged = await start(JUDGED.name);
    await addUser('ann', '--admin');
    await addUser('bob');
    const pages = [page, await openPage(browser, deck(), problems)] as const;
    for (const [index, name] of ['ann', 'bob'].entries()) {
      const theirs = pages[index] ?? page;
      await theirs.goto(details(judged));
      await theirs.waitForURL(/\/login/);
      await theirs.getByLabel('Name').fill(name);
      await theirs.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
      if (index === 0) await look(theirs, 'login');
      await theirs.getByRole('button', { name: 'Log in' }).click();
      await theirs.getByRole('group', { name: 'Judgment: Approve' }).waitFor();
    }
    const [ann, bob] = pages.map((each) => each.getByRole('group', { name: 'Judgment: Approve' }));
    if (!ann || !bob) throw new Error('Two people have to be there');
    await ann.getByRole('combobox', { name: 'Your choice' }).click();
    await page.getByRole('option', { name: 'slowly' }).click();
    await ann.getByLabel('Comment').fill('0.2 %');
    await ann.getByRole('button', { name: 'Approve' }).click();
    await bob.getByText(/1 of 2: ann, .*0\.2 %/).waitFor();
    await ann.getByText('You have approved; others still have to.').waitFor();
    await look(page, 'judgment');
    await bob.getByRole('button', { name: 'Approve' }).click();
    for (const each of pages) await each.getByRole('status').getByText('Succeeded').waitFor();
    expect(problems).toEqual([]);
  });
});
