import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, it } from 'vitest';

const capture = (settings: object) =>
  expectPipeline(
    pipeline('hello', 'capture').stage('captureSourceServerGroupCapacity', 'Capture', {
      credentials: 'local-gce',
      ...settings,
    }),
  );

describe('capturing a capacity', () => {
  it('needs a server group that exists', async () => {
    await capture({ source: { region: 'us-central1', asgName: 'hello-prod-v007' } }).toFail({
      stage: 'Capture',
      reason: 'There is no server group hello-prod-v007 in us-central1 of account local-gce',
    });
  });

  it('is of one region', async () => {
    await capture({ regions: ['us-central1', 'us-east1'], serverGroupName: 'hello-prod-v000' }).toFail({
      stage: 'Capture',
      reason: /several regions are named/,
    });
  });
});
