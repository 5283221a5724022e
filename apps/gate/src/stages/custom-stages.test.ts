import { preconfiguredWebhookSchema, customStageTypeSchema } from '@gennaker/contracts/custom-stages';
import { ANONYMOUS, namedOnly } from '@gennaker/contracts/people';
import { describe, expect, it } from 'vitest';
import { customStageHandlers } from './custom-stages.ts';

const hook = (more: object) =>
  preconfiguredWebhookSchema.parse({
    type: 'notifyDesk',
    label: 'Notify the desk',
    url: 'https://desk.example.com',
    customHeaders: { authorization: 'verysecret' },
    ...more,
  });
const handlers = customStageHandlers({
  webhooks: [
    hook({ waitForCompletion: true }),
    hook({ type: 'off', enabled: false }),
    hook({ type: 'closed', permissions: { WRITE: ['desk'] } }),
  ],
  stageTypes: [customStageTypeSchema.parse({ type: 'smoke', label: 'Smoke', base: 'webhook' })],
});

describe('stage types of the configuration', () => {
  const types = async (identity: object) =>
    (await handlers.preconfiguredWebhooks({ identity } as never)).map(({ type }) => type);
  it('are shown to those who may use them, while they are enabled', async () => {
    expect(await types(namedOnly('ann'))).toEqual(['notifyDesk']);
    expect(await types({ ...namedOnly('ann'), roles: ['desk'] })).toEqual(['notifyDesk', 'closed']);
    expect(await types(ANONYMOUS)).toEqual(['notifyDesk', 'closed']);
  });
  it('tell which settings are made, and no value of them', async () => {
    const [first] = await handlers.preconfiguredWebhooks({ identity: ANONYMOUS } as never);
    expect(first).toMatchObject({ waitForCompletion: true, preconfiguredProperties: expect.arrayContaining(['url']) });
    expect(JSON.stringify(first)).not.toMatch(/verysecret|desk\.example/);
  });
  it('that run another type name it', async () => {
    expect(await handlers.preconfiguredJobs({ identity: ANONYMOUS } as never)).toMatchObject([
      { type: 'smoke', base: 'webhook' },
    ]);
  });
});
