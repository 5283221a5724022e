import { describe, expect, it } from 'vitest';
import { AT, executionOf } from './execution.fixture.ts';
import { filledIn, messageFor, usualMessage } from './write-message.ts';

const usual = (event: string, execution = executionOf(), withStage = false) =>
  usualMessage({
    event,
    execution,
    stage: withStage ? execution.stages[0] : undefined,
    at: AT + 95_000,
    deckUrl: 'https://deck.example.com',
  });

describe('the usual message', () => {
  it('says what happened in one line, who began it, and where to look', () => {
    expect(usual('pipeline.starting')).toMatchObject({
      subject: 'shop: Deploy has started',
      text: 'Started by ada (manual)',
      link: 'https://deck.example.com/applications/shop/executions/details/01E',
      executionId: '01E',
      executionName: 'Deploy',
      user: 'ada',
    });
    const built = executionOf({
      trigger: { type: 'jenkins', user: 'ci', buildInfo: { name: 'shop/cart', number: 12 } },
    });
    expect(usual('pipeline.complete', built).text).toBe(
      'Started by ci (jenkins)\nBuild shop/cart #12\nIt took 1 min 35 s',
    );
  });

  it('of a failure names the stages that failed, with their reasons', () => {
    const failed = executionOf({ status: 'TERMINAL' }, { status: 'TERMINAL', reason: { summary: 'no such package' } });
    expect(usual('pipeline.failed', failed).text).toContain('Stage Bake: no such package');
    expect(usual('stage.failed', failed, true)).toMatchObject({
      subject: 'shop: stage Bake of Deploy has failed',
      text: 'Started by ada (manual)\nno such package',
      stageName: 'Bake',
      status: 'TERMINAL',
    });
  });

  it('of a judgment shows its instructions and choices, and later who answered', () => {
    const context = {
      instructions: 'Look twice',
      judgmentInputs: [{ value: 'blue' }, { value: 'green' }],
      lastModifiedBy: 'bob',
    };
    const judgment = executionOf({}, { name: 'Approve' }, context);
    expect(usual('manualJudgment', judgment, true)).toMatchObject({
      subject: 'shop: Deploy waits for an approval (Approve)',
      text: 'Started by ada (manual)\nLook twice\nChoices: blue, green',
    });
    expect(usual('manualJudgmentContinue', judgment, true).subject).toBe(
      'shop: stage Approve of Deploy was approved by bob',
    );
    expect(usual('manualJudgmentStop', judgment, true).subject).toBe(
      'shop: stage Approve of Deploy was refused by bob',
    );
  });

  it('has a subject of one line, whatever the names hold', () => {
    expect(usual('pipeline.failed', executionOf({ name: 'a\r\nBcc: eve' })).subject).toBe(
      'shop: a Bcc: eve has failed',
    );
  });
});

describe('a notification’s own texts', () => {
  const message = {
    'pipeline.failed': { text: 'See {{link}} of {{ executionId }}' },
    'pipeline.complete': { text: '${x}' },
  };
  const notification = { type: 'email', address: 'a@b', when: ['pipeline.failed'], message };
  const asked: string[] = [];
  const fill = (one: typeof notification & Record<string, unknown>) =>
    filledIn(one, usual('pipeline.failed'), async (text) => {
      asked.push(text);
      return text.replace('${parameters.who}', 'bob');
    });

  it('stand in place of the usual text, with the link and the execution’s id', async () => {
    const filled = await fill(notification);
    expect(messageFor(filled, usual('pipeline.failed')).text).toBe(
      'See https://deck.example.com/applications/shop/executions/details/01E of 01E',
    );
    expect(messageFor(filled, usual('pipeline.complete')).text).toBe(usual('pipeline.complete').text);
    expect(filled.when).toEqual(notification.when);
  });

  it('have their expressions evaluated wherever they stand, but not those for other events', async () => {
    asked.length = 0;
    const filled = await fill({
      ...notification,
      address: '${parameters.who}@b',
      headers: { to: ['${parameters.who}'] },
    });
    expect(filled).toMatchObject({ address: 'bob@b', headers: { to: ['bob'] } });
    expect(asked).toEqual(['${parameters.who}@b', '${parameters.who}']);
  });

  it('that are empty leave the usual one', () => {
    const empty = { type: 'email', message: { 'pipeline.failed': { text: ' ' } } };
    expect(messageFor(empty, usual('pipeline.failed'))).toEqual(usual('pipeline.failed'));
  });
});
