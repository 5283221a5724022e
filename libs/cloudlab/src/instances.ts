import { collection, start } from './collection.ts';
import type { Lab } from './collection.ts';
import { CloudProblem, notReady } from './problem.ts';
import { isLeaving } from './traffic-plan.ts';

/** Instances: made by groups; here they are read, deleted, reset, and their console is shown. */
export const instances = collection<'instances'>({
  name: 'instances',
  kind: 'compute#instance',
  scopes: ['zone'],
  insert(): never {
    throw new CloudProblem(501, 'notImplemented', 'This cloud makes instances through managed instance groups only.');
  },
  remove(lab, call) {
    refuseWhileLeaving(lab, call.path);
    return start(lab, call, 'delete', { action: 'delete-instance' }, () => undefined);
  },
  posts: {
    reset(lab, call) {
      refuseWhileLeaving(lab, call.path);
      return start(lab, call, 'reset', { action: 'reset-instance' }, () => undefined);
    },
  },
  gets: {
    async serialPort(lab, call) {
      const from = Math.max(0, Number(call.query['start'] ?? 0) || 0);
      const { contents, next } = await lab.runtime.serialOutput(call.item.id, from);
      return {
        kind: 'compute#serialPortOutput',
        selfLink: `${call.item.selfLink}/serialPort`,
        contents,
        start: String(from),
        next: String(next),
      };
    },
  },
});

function refuseWhileLeaving(lab: Lab, path: string): void {
  const record = lab.store.state.managed[path];
  if (record !== undefined && isLeaving(record)) throw notReady(path, 'it is being deleted.');
}
