import type { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { describe, expect, it } from 'vitest';
import { upsertLoadBalancer } from './seeding.ts';

describe("the demo's load balancer", () => {
  it('is not made beside one of another type that has its name', async () => {
    const gate = {
      listLoadBalancers: async () => [{ name: 'hello-lb', loadBalancerType: 'TCP', region: 'us-central1' }],
      submitTask: async () => {
        throw new Error('something was changed');
      },
    } as unknown as Client<typeof gateApi>;
    await expect(upsertLoadBalancer(gate, 'local-gce', 5)).rejects.toThrow(/type TCP, .* delete it/);
  });
});
