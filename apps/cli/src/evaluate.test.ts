import { expect, it } from 'vitest';
import { verdict } from './evaluate.ts';

const context = {
  parameters: { version: '1.4.2' },
  trigger: { artifacts: [{ name: 'app', reference: 'app:1' }] },
  execution: { authentication: { user: 'jane' }, stages: [{ id: '1', name: 'Build', status: 'SUCCEEDED' }] },
};

it('tells of each expression what it is, or why it is nothing', () => {
  expect(verdict("parameters.version + '!'", context)).toEqual({
    expr: "parameters.version + '!'",
    ok: true,
    value: '1.4.2!',
    error: null,
  });
  expect(verdict('parameters.nope', context)).toMatchObject({
    ok: false,
    value: null,
    error: 'There is no "nope" here (at 11)',
  });
  expect(verdict('T(java.lang.Runtime)', context)).toMatchObject({ ok: false });
});

it('asks nothing of the outside: placeholders answer', () => {
  expect(verdict("#pipelineId('deploy')", context).value).toBe('pid-deploy');
  expect(verdict("#triggerResolvedArtifact('image').reference", context).value).toBe('app:1');
  expect(verdict("#fetchReference('ref://a/b')", context)).toMatchObject({ ok: false });
});

it('knows who the execution belongs to, and its first stage', () => {
  expect(verdict('#currentUser()', context).value).toBe('jane');
  expect(verdict('#currentStage().name', context).value).toBe('Build');
});
