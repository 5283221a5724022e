import { type Database, inTransaction } from '@gennaker/store/database';
import type { Outbox } from '@gennaker/store/outbox';
import { type LockKey, releaseLock } from './locks.ts';

/** Gives a cluster lock back and wakes the stage that waits next. */
export async function freeLock(db: Database, outbox: Outbox, key: LockKey, holder: string): Promise<void> {
  const woken = await inTransaction(db, async (client) => {
    const next = await releaseLock(client, key, holder);
    if (!next) return false;
    await outbox.enqueue(client, {
      key: `lock:${key.account}/${key.region}/${key.cluster}:${next.epoch}:${next.holder}`,
      target: 'orca',
      method: 'POST',
      path: `/pipelines/${next.executionId}/stages/${next.stageId}/wake`,
      body: {
        executionId: next.executionId,
        stageId: next.stageId,
        cause: `the lock of cluster ${key.cluster} is free`,
      },
    });
    return true;
  });
  if (woken) outbox.poke();
}
