import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deploymentMonitorSchema } from '@gennaker/contracts/deployment-monitors';
import { askMonitor } from '@gennaker/extension-sdk/deployment-monitor';
import type { TaskContext } from '@gennaker/extension-sdk/stage';
import { createGuardedHttp } from '@gennaker/service/egress';
import { stageSchema } from '@gennaker/stages/evaluate-deployment-health/schema';
import { afterEach, describe, expect, it } from 'vitest';

type Told = { readonly path: string | undefined; readonly body: unknown };
let stop: (() => void) | undefined;
afterEach(() => stop?.());

/** A monitor that answers a program's way, and what it was told. */
async function monitor(status: number, answer: string) {
  const told: Told[] = [];
  const server = createServer(async (request, response) => {
    told.push({ path: request.url, body: JSON.parse(await textOf(request)) });
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  stop = () => void server.close();
  return { told, port: (server.address() as AddressInfo).port };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}

/** Asks it as a stage of a deploy does. `allow`: where orca may call. */
function ask(port: number, allow: readonly string[]) {
  const context = stageSchema.parse({
    account: 'local-gce',
    region: 'us-central1',
    newServerGroup: 'hello-v001',
    deploymentMonitor: { id: 'logs', parameters: { level: 'error' } },
    currentProgress: 25,
  });
  const task = {
    ...{ application: 'hello', executionId: 'e1', key: 'k', traceparent: '', now: 0, taskStartTime: 0, context },
    stage: { id: 's2' },
    stages: [{ id: 's2', parentStageId: 's1' }],
    signal: AbortSignal.timeout(5_000),
    ports: {
      http: createGuardedHttp(allow),
      deploymentMonitors: [deploymentMonitorSchema.parse({ id: 'logs', baseUrl: `http://127.0.0.1:${port}/api/` })],
    },
  } as unknown as TaskContext<typeof context>;
  return askMonitor(task, 'evaluateHealth', { currentProgress: 25 });
}

describe('a monitor that is a program of somebody else', () => {
  it('is told of the deploy and heard', async () => {
    const { told, port } = await monitor(
      200,
      '{"nextStep":{"directive":"abort"},"statusReason":{"message":"too slow"}}',
    );
    const result = await ask(port, [`127.0.0.1/32:${port}`]);
    expect(result).toMatchObject({
      status: 'TERMINAL',
      reason: { summary: 'The deployment monitor "logs" ends the deploy: too slow' },
      context: { deploymentMonitorReasons: { reason: { statusReason: { message: 'too slow' } } } },
    });
    expect(told).toEqual([
      {
        path: '/api/deployment/evaluateHealth',
        body: {
          ...{ application: 'hello', executionId: 'e1', stageId: 's2', deploymentId: 's1', currentProgress: 25 },
          ...{ newServerGroup: 'hello-v001', account: 'local-gce', region: 'us-central1', cloudProvider: 'gce' },
          parameters: { level: 'error' },
        },
      },
    ]);
  });

  it('is asked again when it has trouble of its own', async () => {
    const { port } = await monitor(500, 'oh');
    expect(await ask(port, [`127.0.0.1/32:${port}`])).toMatchObject({
      status: 'RUNNING',
      context: { deploymentMonitorErrors: 1 },
      reason: { evidence: { body: 'oh' } },
    });
  });

  it('is not called at a private address that nobody allowed', async () => {
    const { told, port } = await monitor(200, '{}');
    expect(await ask(port, [])).toMatchObject({
      status: 'RUNNING',
      reason: { summary: expect.stringMatching(/not called/) as string },
    });
    expect(told).toEqual([]);
  });
});
