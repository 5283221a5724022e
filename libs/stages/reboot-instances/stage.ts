import { instancesTasks, isReplaced, waitForInstances } from '@gennaker/extension-sdk/instances-stage';
import { interestingHealth, isUp } from '@gennaker/extension-sdk/server-group-health';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { stageSchema } from './schema.ts';

/** How long a health check may go on seeing the machine as it was before, ms. */
const LAG_MS = 15_000;

/** A health check that still remembers the machine before its restart proves nothing: time must pass, or another start be seen. */
const waitForUpInstances = waitForInstances('waitForUpInstances', (instance, before, context) => {
  if (!instance) return { lacks: 'does not exist any more' };
  const balanced = instance.health.some((health) => health.healthClass !== 'platform');
  const evidence = { health: instance.health.map(({ type, state }) => ({ type, state })) };
  if (!isUp(instance, interestingHealth(context.context, balanced))) return { lacks: 'is not up again yet', evidence };
  const passed = context.now - context.taskStartTime;
  return passed < LAG_MS && !isReplaced(instance, before)
    ? { lacks: 'is up; its health checks are given time to notice the restart', evidence }
    : undefined;
});

/** Restarts instances, and waits until they are up again. */
export default defineStage({
  type: 'rebootInstances',
  label: 'Reboot instances',
  description: 'Restarts instances and waits until they are up again',
  schema: stageSchema,
  examples: [{ credentials: 'local-gce', region: 'us-central1', instanceIds: ['hello-prod-v000-ab12'] }],
  tasks: () => instancesTasks({ operation: 'rebootInstances', monitor: 'monitorReboot', wait: waitForUpInstances }),
});
