import type { ExecutionView } from '@gennaker/contracts/execution';
import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { putExecution } from './executions.ts';
import { keys } from './keys.ts';
import { applyEvent } from './live-stream.ts';

const execution = (version: number, status: ExecutionView['status'] = 'RUNNING'): ExecutionView => ({
  type: 'PIPELINE',
  id: 'e1',
  application: 'hello',
  name: 'p',
  status,
  buildTime: 0,
  canceled: false,
  trigger: { type: 'manual' },
  stages: [],
  version,
});

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
});

describe('events of the stream', () => {
  it('of an execution have it read again', () => {
    const touch = vi.fn();
    applyEvent(client, { event: 'execution', data: { executionId: 'e1', application: 'hello', sequence: 3 } }, touch);
    expect(touch).toHaveBeenCalledExactlyOnceWith('e1');
  });

  it("of the inventory make the application's server groups and load balancers stale, and no other's", () => {
    client.setQueryData(keys.serverGroups('hello'), []);
    client.setQueryData(keys.loadBalancers('hello'), []);
    client.setQueryData(keys.serverGroups('other'), []);
    applyEvent(client, { event: 'inventory', data: { application: 'hello' } }, vi.fn());
    const stale = (key: readonly string[]) => client.getQueryState(key)?.isInvalidated;
    expect([
      stale(keys.serverGroups('hello')),
      stale(keys.loadBalancers('hello')),
      stale(keys.serverGroups('other')),
    ]).toEqual([true, true, false]);
  });

  it('of a source that is back have everything read again; of one that is lost, nothing', () => {
    client.setQueryData(keys.executions('hello'), []);
    const notice = (connected: boolean) =>
      applyEvent(client, { event: 'upstream', data: { service: 'orca', connected } }, vi.fn());
    notice(false);
    expect(client.getQueryState(keys.executions('hello'))?.isInvalidated).toBe(false);
    notice(true);
    expect(client.getQueryState(keys.executions('hello'))?.isInvalidated).toBe(true);
  });
});

describe('a newer view of an execution', () => {
  it('of a task goes into the lists of tasks and never among pipelines', () => {
    client.setQueryData(keys.executions('hello'), []);
    client.setQueryData(keys.running('hello'), []);
    client.setQueryData(keys.tasks('hello', '', '50'), []);
    putExecution(client, { ...execution(1), type: 'ORCHESTRATION' });
    expect(client.getQueryData(keys.executions('hello'))).toEqual([]);
    expect(client.getQueryData(keys.running('hello'))).toEqual([]);
    expect(client.getQueryData(keys.tasks('hello', '', '50'))).toMatchObject([{ id: 'e1', status: 'RUNNING' }]);
    putExecution(client, { ...execution(0, 'NOT_STARTED'), type: 'ORCHESTRATION' });
    expect(client.getQueryData(keys.tasks('hello', '', '50'))).toMatchObject([{ id: 'e1', status: 'RUNNING' }]);
  });

  it('goes into every list that is known, in its place, and starts no list', () => {
    client.setQueryData(keys.executions('hello'), [{ ...execution(1), id: 'e0' }, execution(1)]);
    putExecution(client, execution(2, 'SUCCEEDED'));
    expect(
      client.getQueryData<ExecutionView[]>(keys.executions('hello'))?.map(({ id, status }) => [id, status]),
    ).toEqual([
      ['e0', 'RUNNING'],
      ['e1', 'SUCCEEDED'],
    ]);
    expect(client.getQueryData(keys.running('hello'))).toBeUndefined();
  });

  it('is put in front when it is new', () => {
    client.setQueryData(keys.executions('hello'), [{ ...execution(1), id: 'e0' }]);
    putExecution(client, execution(1));
    expect(client.getQueryData<ExecutionView[]>(keys.executions('hello'))?.map(({ id }) => id)).toEqual(['e1', 'e0']);
  });

  it('never goes back to an older version', () => {
    putExecution(client, execution(5, 'SUCCEEDED'));
    putExecution(client, execution(4));
    expect(client.getQueryData<ExecutionView>(keys.execution('e1'))?.status).toBe('SUCCEEDED');
  });
});
