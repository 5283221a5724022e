import { ServiceError } from '@gennaker/contracts/error';
import { describe, expect, it } from 'vitest';
import { waitForConditionSchema } from './schema.ts';
import stage from './stage.ts';

const run = (context: object, getApplication: () => Promise<object>) =>
  stage.tasks({} as never, {} as never)[0]?.run({
    application: 'hello',
    context: waitForConditionSchema.parse(context),
    ports: { front50: { getApplication } },
  } as never);
const application =
  (...conditions: object[]) =>
  async () => ({ name: 'hello', conditions });

describe('wait for conditions', () => {
  const freeze = { name: 'freeze', active: true, reason: 'audit' };
  it.each([
    [[freeze], {}, 'RUNNING'],
    [[{ ...freeze, active: false }], {}, 'SUCCEEDED'],
    [[], {}, 'SUCCEEDED'],
    [[{ ...freeze, region: 'a' }], { region: 'b' }, 'SUCCEEDED'],
    [[{ ...freeze, region: 'a' }], { region: 'a' }, 'RUNNING'],
    [[freeze], { status: 'SKIPPED' }, 'SUCCEEDED'],
  ])('with %j and %j it is %s', async (conditions, context, status) => {
    expect((await run(context, application(...conditions)))?.status).toBe(status);
  });
  it('names the condition and its reason', async () => {
    expect((await run({}, application(freeze)))?.reason?.summary).toBe('Waits while "freeze" is active (audit)');
  });
  it('holds nothing back when conditions cannot be read', async () => {
    const result = await run({}, () => Promise.reject(new ServiceError(404, 'gone')));
    expect(result).toMatchObject({ status: 'SUCCEEDED', context: { status: 'ERROR' } });
  });
});
