import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILED, type Receiver, sendBy, startReceiver } from '../receiver.fixture.ts';
import cdevents from './notification.ts';

let receiver: Receiver;
beforeAll(async () => void (receiver = await startReceiver()));
afterAll(() => receiver.close());

const send = async (message = FAILED, notification: object = {}) => {
  await sendBy(cdevents, { address: `${receiver.url}/events`, ...notification }, message, { http: receiver.http });
  const request = receiver.received.at(-1);
  return { headers: request?.headers, event: JSON.parse(request?.body ?? '') as Record<string, unknown> };
};

it('posts a finished pipelineRun in the binary mode of CloudEvents: its attributes are headers, and the same in the body', async () => {
  const { headers, event } = await send();
  const source = '/applications/shop';
  expect(event).toEqual({
    context: {
      version: '0.4.1',
      id: `01E:pipeline.failed:${FAILED.at}`,
      source,
      type: 'dev.cdevents.pipelinerun.finished.0.2.0',
      timestamp: '2030-01-31T12:00:00.000Z',
    },
    subject: {
      id: '01E',
      source,
      type: 'pipelineRun',
      content: { pipelineName: 'Deploy <cart>', url: FAILED.link, outcome: 'failure', errors: FAILED.text },
    },
  });
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'ce-specversion': '1.0',
    'ce-id': `01E:pipeline.failed:${FAILED.at}`,
    'ce-source': source,
    'ce-type': 'dev.cdevents.pipelinerun.finished.0.2.0',
    'ce-time': '2030-01-31T12:00:00.000Z',
    'ce-subject': '01E',
  });
});

it('tells of a stage as a taskRun of its pipelineRun', async () => {
  const { event } = await send({ ...FAILED, event: 'stage.starting', stageId: '01S', stageName: 'Bake' });
  expect(event).toMatchObject({
    context: { type: 'dev.cdevents.taskrun.started.0.2.0' },
    subject: {
      id: '01S',
      type: 'taskRun',
      content: { taskName: 'Bake', pipelineRun: { id: '01E', type: 'pipelineRun' } },
    },
  });
});

it('takes the type that is named, and refuses to tell of a judgment without one', async () => {
  const judgment = { ...FAILED, event: 'manualJudgment' };
  const { event } = await send(judgment, { cdEventsType: 'dev.cdevents.ticket.created.0.1.0' });
  expect(event).toMatchObject({ context: { type: 'dev.cdevents.ticket.created.0.1.0' }, subject: { type: 'ticket' } });
  await expect(send(judgment)).rejects.toMatchObject({ status: 422, details: { field: 'cdEventsType' } });
});
