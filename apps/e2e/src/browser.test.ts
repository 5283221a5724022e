import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILDS, HELLO } from '@gennaker/app-demo/hello-application';
import { BuildFolder } from '@gennaker/app-demo/jenkins/build-folder';
import { type BuildServer, serveBuilds } from '@gennaker/app-demo/jenkins/build-server';
import { notificationOf } from '@gennaker/app-demo/jenkins/notification';
import { runBuild } from '@gennaker/app-demo/jenkins/run-build';
import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import { isComplete } from '@gennaker/contracts/status';
import type { System } from '@gennaker/fixtures/system';
import { BUILD_SERVER_PORT } from '@gennaker/service/config';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCheckedSystem } from './checked-system.ts';
import { Editor, openDeck, violations } from './deck.ts';

const PIPELINE = 'Made by hand';
const SHOTS = process.env['GENNAKER_SCREENSHOTS'];

let system: System;
let builds: BuildFolder;
let folder: string;
let server: BuildServer;
let browser: Browser;
let page: Page;
let problems: string[];
const gate = () => createClient(gateApi, { baseUrl: system.addresses['gate'] ?? '' });

beforeAll(async () => {
  system = await startCheckedSystem({ offset: 2100 });
  folder = await mkdtemp(join(tmpdir(), 'gennaker-builds-'));
  builds = new BuildFolder(folder);
  server = await serveBuilds(builds, BUILD_SERVER_PORT + system.offset);
  ({ browser, page, problems } = await openDeck(system.addresses['deck'] ?? ''));
}, 15 * 60_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await system?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Posts a build's end as Jenkins does; answers the execution that it started. */
async function finishBuild(build: (typeof BUILDS)['first'] | (typeof BUILDS)['second']): Promise<string> {
  const record = await runBuild(builds, HELLO.job, build);
  const body = JSON.stringify(await notificationOf(builds, server.url, record));
  const answer = await gate().jenkinsWebhook({ params: { master: HELLO.jenkins }, body });
  const id = answer.matches.find(({ started }) => started)?.executionId;
  if (!id) throw new Error(`Nothing was started: ${JSON.stringify(answer.matches)}`);
  return id;
}

/** Each stage of an execution with its status, and the reason where it failed. */
async function stagesOf(id: string): Promise<string> {
  const { stages } = await gate().getExecution({ params: { id } });
  const bad = (status: string): boolean => ['TERMINAL', 'CANCELED', 'STOPPED'].includes(status);
  return stages
    .map(({ name, status, reason }) => `${name} ${status}${bad(status) ? ` ${reason?.summary}` : ''}`)
    .join(', ');
}

async function shot(name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** Delivers build 1.0.0 with the seeded pipeline, so that there is an old version to replace; then removes that pipeline. */
async function deliverFirstVersion(): Promise<void> {
  const id = await finishBuild(BUILDS.first);
  await expect
    .poll(
      async () => {
        const execution = await gate().getExecution({ params: { id } });
        const judgment = execution.stages.find(({ type, status }) => type === 'manualJudgment' && status === 'RUNNING');
        if (judgment)
          await gate().patchStage({ params: { id, stageId: judgment.id }, body: { judgmentStatus: 'continue' } });
        return isComplete(execution.status) ? execution.status : 'RUNNING';
      },
      { timeout: 200_000, interval: 500 },
    )
    .toBe('SUCCEEDED');
  await gate().deletePipeline({ params: { application: HELLO.application, name: HELLO.pipeline } });
}

describe('somebody who has never seen the JSON', () => {
  it('makes the pipeline from the forms alone, and saves it', async () => {
    await deliverFirstVersion();
    const editor = new Editor(page);
    await editor.create(HELLO.application, PIPELINE);
    await editor.addJenkinsTrigger(HELLO.jenkins, HELLO.job);

    await editor.addStage('Bake', 'Bake');
    await editor.type('Package', 'hello');
    await editor.choose('Base image', HELLO.baseImage);

    await editor.addStage('Deploy', 'Deploy dark');
    await editor.choose('Account', 'local-gce');
    await editor.choose('Region', HELLO.region);
    for (const zone of HELLO.zones) await editor.choose('Zones', zone);
    await editor.type('Stack', HELLO.stack);
    await editor.type('Instances', String(HELLO.instances));
    await editor.choose('Load balancers', HELLO.loadBalancer);
    await editor.segment('Traffic', 'Off (dark)');

    await editor.addStage('Webhook', 'Smoke test');
    await editor.type(
      'Address',
      `http://\${ #stage('Deploy dark')['outputs']['deployedServerGroups'][0]['instances'][0]['ip'] }:${HELLO.port}/`,
    );
    await editor.choose('Method', 'GET');

    await editor.addStage('Manual judgment', 'Approve');
    await editor.type('Instructions', 'It answered its test. Give it the traffic?');

    for (const [label, name, target] of [
      ['Enable', 'Enable new', 'The newest'],
      ['Disable', 'Disable old', 'The one before the newest'],
      ['Destroy', 'Destroy old', 'The one before the newest'],
    ] as const) {
      await editor.addStage(`${label} server group`, name);
      await editor.choose('Cluster', HELLO.cluster);
      await editor.choose(`Server group to ${label.toLowerCase()}`, target);
    }
    await shot('editor');
    expect(await violations(page)).toEqual([]);
    await editor.save();
    const stored = await gate().getPipelineConfig({ params: { application: HELLO.application, name: PIPELINE } });
    expect(stored.stages?.map(({ type }) => type)).toEqual([
      'bake',
      'deploy',
      'webhook',
      'manualJudgment',
      'enableServerGroup',
      'disableServerGroup',
      'destroyServerGroup',
    ]);
  });

  it('watches the build being delivered, approves it, and sees the squares change', async () => {
    const id = await finishBuild(BUILDS.second);
    await page.goto(`/applications/${HELLO.application}/executions`);
    const row = page.getByRole('region', { name: `Pipeline ${PIPELINE}` });
    await row.getByText('Jenkins hello #2').first().waitFor();
    await shot('running');
    const judgment = page.getByRole('group', { name: 'Judgment: Approve' });
    await expect.poll(() => stagesOf(id), { timeout: 200_000, interval: 1_000 }).toMatch(/Approve RUNNING/);
    await judgment.first().waitFor();
    await shot('judgment');
    expect(await violations(page)).toEqual([]);

    const clusters = await browser.newPage({
      baseURL: system.addresses['deck'] ?? '',
      viewport: { width: 1440, height: 1000 },
    });
    await clusters.goto(`/applications/${HELLO.application}/clusters`);
    await clusters.getByText(`${HELLO.cluster}-v001`).first().waitFor();
    const squares = clusters.getByRole('button', { name: /hello-prod-v00\d-\w{4}: / });
    expect(await squares.count()).toBe(2 * HELLO.instances);
    if (SHOTS) await clusters.screenshot({ path: join(SHOTS, 'clusters.png') });

    await judgment.getByRole('button', { name: 'Approve' }).first().click();
    await clusters.getByText(`${HELLO.cluster}-v000`).waitFor({ state: 'detached', timeout: 120_000 });
    await expect
      .poll(() => squares.filter({ hasNot: clusters.locator('[data-look="none"]') }).count(), { timeout: 30_000 })
      .toBe(HELLO.instances);
    await expect
      .poll(() => clusters.getByRole('button', { name: /hello-prod-v001-\w{4}: Up/ }).count(), { timeout: 60_000 })
      .toBe(HELLO.instances);
    await row.getByText('Succeeded').first().waitFor({ timeout: 60_000 });
    await shot('done');
    const execution = await gate().getExecution({ params: { id } });
    expect(execution.status).toBe('SUCCEEDED');
    expect(problems).toEqual([]);
  });
});

describe('somebody who looks after what runs', () => {
  it('sees first what a change by hand will do, has it done, and reads what an instance writes', async () => {
    const name = `${HELLO.cluster}-v001`;
    await page.goto(`/applications/${HELLO.application}/clusters`);
    await page.getByRole('button', { name, exact: true }).click();
    const group = page.getByRole('complementary', { name: `Server group ${name}` });
    await group.getByText('Enabled').waitFor();
    await shot('server-group');
    expect(await violations(page)).toEqual([]);

    await group.getByRole('button', { name: 'Resize' }).click();
    const dialog = page.getByRole('dialog', { name: `Resize ${name}` });
    await dialog.getByRole('textbox', { name: 'Instances' }).fill(String(HELLO.instances + 1));
    await dialog.getByText(`from ${HELLO.instances} to ${HELLO.instances + 1}`).waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Resize' }).click();
    await dialog.getByRole('status').getByText('Succeeded').waitFor({ timeout: 60_000 });
    await dialog.getByRole('button', { name: 'Close', exact: true }).click();
    await group.getByRole('list').getByText('Up').nth(HELLO.instances).waitFor();

    await group.getByRole('list').getByRole('button').first().click();
    await page.getByRole('button', { name: 'Serial console' }).click();
    await page.getByText(`hello ${BUILDS.second.version} listens on`).waitFor();
    await shot('console');
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
