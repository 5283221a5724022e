import { pipelineSchema } from '@gennaker/contracts/front50';
import { notifications } from '@gennaker/notifications/server';
import { expect, it } from 'vitest';
import { notificationWarnings } from './notification-warnings.ts';

const warned = (changes: Record<string, unknown>) =>
  notificationWarnings(
    pipelineSchema.parse({ name: 'Deploy', application: 'shop', stages: [], ...changes }),
    notifications,
  );

it('a notification that its type takes is saved without a word, also with expressions', () => {
  expect(
    warned({
      notifications: [
        { type: 'email', address: '${parameters.who}', when: ['pipeline.failed'] },
        { type: 'slack', address: '#releases', level: 'pipeline', when: [] },
      ],
    }),
  ).toEqual([]);
  expect(warned({ notifications: 'none' })).toEqual([]);
});

it('one that would tell nobody is told of, with its field, in the pipeline and in its stages', () => {
  const stages = [{ type: 'wait', refId: '1', notifications: [{ type: 'bearychat', address: 'x' }] }];
  expect(warned({ notifications: [{ type: 'sms', address: '12' }, null], stages })).toMatchObject([
    { field: 'notifications.0.address', message: expect.stringContaining('must be a telephone number') },
    { field: 'notifications.1.type' },
    {
      field: 'stages.0.notifications.0.type',
      message: expect.stringContaining('"bearychat"'),
      fix: expect.stringContaining('slack'),
    },
  ]);
});
