import { testDatabase } from '@gennaker/fixtures/databases';
import { expect, test } from 'vitest';
import { readAccountTraffic, readTraffic, writeTraffic } from './traffic.ts';

test('a record of traffic is read as it was written, alone and among those of its account', async () => {
  const { db, drop } = await testDatabase();
  const key = { account: 'a', region: 'r', name: 'app-v000' };
  const whole = {
    loadBalancers: ['lb'],
    enabled: false,
    policy: { balancingMode: 'RATE' },
    drainingUntil: 1_700_000_000_000,
    backends: { lb: ['one'] },
    percentage: 25,
    autoscalingMode: 'ONLY_SCALE_OUT',
  };
  for (const record of [whole, { loadBalancers: [], enabled: true }]) {
    await writeTraffic(db.pool, key, record);
    expect(await readTraffic(db.pool, key)).toEqual(record);
    expect(await readAccountTraffic(db.pool, 'a')).toEqual(new Map([['r/app-v000', record]]));
  }
  await writeTraffic(db.pool, key, null);
  expect(await readTraffic(db.pool, key)).toBeNull();
  await drop();
});
