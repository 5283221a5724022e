import { inTransaction } from '@gennaker/store/database';
import { testDatabase, type TestDatabase } from '@gennaker/fixtures/databases';
import { executionQueueSchema } from '@gennaker/contracts/orca-insight';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admit } from '../queue/queue-rows.ts';
import { finishedRuns } from './finished-runs.ts';
import { heldBack, placeInLine, waitingLines, wouldWait } from './queue-lines.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

const rules = { configId: 'c', application: 'app', name: 'hello-deploy', limit: 1, keepWaiting: true };

describe('the line of a pipeline', () => {
  it('says who runs, who waits in which place, and why a further start would wait', async () => {
    const { pool } = database.db;
    expect(await wouldWait(pool, rules)).toBeUndefined();
    for (const id of ['a', 'b', 'c']) await inTransaction(database.db, (client) => admit(client, rules, id));
    const [line] = await waitingLines(pool, 'APP');
    expect(executionQueueSchema.parse(line)).toMatchObject({
      pipelineConfigId: 'c',
      limit: 1,
      running: ['a'],
      waiting: [
        { executionId: 'b', position: 1 },
        { executionId: 'c', position: 2, reason: { summary: expect.stringContaining('1 waited before it') } },
      ],
    });
    expect(await waitingLines(pool, 'other')).toEqual([]);
    expect(await placeInLine(pool, 'a')).toBeUndefined();
    expect(await placeInLine(pool, 'c')).toMatchObject({ evidence: { position: 2, running: ['a'] } });
    expect(await wouldWait(pool, rules)).toMatchObject({ evidence: { ahead: 2 } });
  });

  it('names who paused all engines, and why one was set aside', async () => {
    const { pool } = database.db;
    expect(await heldBack(pool, 'x')).toBeUndefined();
    await pool.query(`insert into orca.engine_pause (by_user, reason) values ('ann', 'upgrade')`);
    expect(await heldBack(pool, 'x')).toMatchObject({ summary: 'ann paused all engines: upgrade' });
    await pool.query(
      `insert into orca.set_aside (execution_id, attempts, reason, evidence) values ('x', 3, '{"summary":"broken"}', '{}')`,
    );
    expect(await heldBack(pool, 'x')).toEqual({ summary: 'broken' });
  });
});

describe('finished runs', () => {
  it('are the last successful ones of the pipeline, with the times of their own stages', async () => {
    const { pool } = database.db;
    for (let n = 0; n < 60; n++) {
      await pool.query(
        `insert into orca.executions (id, type, application, name, pipeline_config_id, status, complete, build_time, start_time, end_time, version, data, live)
         values ($1, 'PIPELINE', 'app', 'p', 'c', $2, true, $3::int, $3::int, $3::int * 2 + 100, 1, '{}', '{}')`,
        [`e${n}`, n === 59 ? 'TERMINAL' : 'SUCCEEDED', n],
      );
      await pool.query(
        `insert into orca.stages (execution_id, id, position, ref_id, type, name, status, start_time, end_time, parent_id, data, context, outputs)
         values ($1, 's', 0, '1', 'wait', 'w', 'SUCCEEDED', 10, 30, null, '{}', '{}', '{}'),
                ($1, 't', 1, '1<1', 'wait', 'w', 'SUCCEEDED', 10, 30, 's', '{}', '{}', '{}')`,
        [`e${n}`],
      );
    }
    const runs = await finishedRuns(pool, 'c', 'e58');
    expect(runs).toHaveLength(50);
    expect(runs[0]).toEqual({ durationMs: 157, stages: [{ refId: '1', type: 'wait', durationMs: 20 }] });
    expect(await finishedRuns(pool, undefined, undefined)).toEqual([]);
  });
});
