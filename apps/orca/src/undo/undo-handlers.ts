import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { orcaUndoRoutes, UndoPreview } from '@gennaker/contracts/orca-undo';
import type { Call, Handlers, Route } from '@gennaker/contracts/route';
import { deployedServerGroupSchema } from '@gennaker/contracts/server-group-stage';
import type { ExecutionState } from '@gennaker/engine/model';
import { z } from 'zod';
import { readExecution } from '../rows.ts';
import type { MailParts } from '../send-mail.ts';
import { prepareExecution, startExecution } from '../start-execution.ts';
import { deployedTargets, rollbackPreview, type RollbackTarget } from './rollback-preview.ts';
import { undoPreview } from './undo.ts';
import { undoStages } from './undo-stages.ts';

type Caller = Pick<Call<Route>, 'identity' | 'traceparent' | 'signal'>;

/** Undo of executions, and what a rollback would do. */
export function undoHandlers(parts: MailParts): Handlers<typeof orcaUndoRoutes> {
  const { db, world } = parts;
  const { clouddriver } = world.ports;
  const options = ({ identity, traceparent, signal }: Caller) => ({ identity, traceparent, signal });

  const preview = async (id: string, call: Caller): Promise<UndoPreview> => {
    const [state, cloud] = await Promise.all([
      readExecution(db.pool, id),
      clouddriver.undoOfExecution({ params: { id } }, options(call)),
    ]);
    return undoPreview(state, cloud);
  };

  return {
    previewUndo: ({ params, ...call }) => preview(params.id, call),
    startUndo: async ({ params, body, ...call }) => {
      const undo = await preview(params.id, call);
      const [problem] = undo.problems;
      if (problem !== undefined)
        throw new ServiceError(409, `The execution ${params.id} cannot be undone: ${undo.problems.join('; ')}`, {
          field: 'id',
          fix: 'look at its preview (GET .../undo), which says what each change is',
        });
      if (undo.needsForce && body.force !== true)
        throw new ServiceError(409, refusal(undo), {
          field: 'force',
          fix: 'look at the preview; send {"force": true} to take back the rest all the same',
          errors: [...undo.drift, ...undo.entries.flatMap((entry) => entry.impossible ?? [])],
        });
      const stages = undoStages(undo.entries);
      const name = `Undo "${undo.name}"`;
      const document = { application: undo.application, description: name, job: stages, undoOf: params.id };
      const started = await startExecution(
        parts,
        prepareExecution({
          type: 'ORCHESTRATION',
          application: undo.application,
          name,
          stages,
          trigger: { type: 'manual', user: call.identity.user, undoOf: params.id },
          by: call.identity,
          traceparent: call.traceparent,
          document,
          now: world.clock.now(),
          key: call.headers['idempotency-key'],
        }),
        document,
      );
      return { ref: `/tasks/${started.id}` };
    },
    previewRollback: async ({ params, body, ...call }) => {
      const { application } = params;
      const groups = await clouddriver.listServerGroups(
        { params: { application }, query: { live: 'true' } },
        options(call),
      );
      if (body.executionId !== undefined) {
        const state = await readExecution(db.pool, body.executionId);
        if (state.application !== application)
          throw badRequest(`The execution ${body.executionId} is of application ${state.application}`, {
            field: 'executionId',
            fix: `ask at /applications/${state.application}/rollback/preview`,
          });
        const targets = deployedTargets(deployedBy(state)).map((target) => ({ ...target, restore: body.restore }));
        if (targets.length === 0)
          throw badRequest(`The execution ${body.executionId} deployed no server group`, {
            field: 'executionId',
            fix: 'name an account and a cluster',
          });
        return rollbackPreview(application, targets, groups);
      }
      const { account, cluster } = body;
      if (account === undefined || cluster === undefined)
        throw badRequest('Say what is rolled back: an account and a cluster, or an execution', {
          field: account === undefined ? 'account' : 'cluster',
          fix: 'send {"account": ..., "cluster": ...} or {"executionId": ...}',
        });
      const here = groups.filter((group) => group.account === account && group.cluster === cluster);
      const regions = body.regions ?? [...new Set(here.map(({ region }) => region))].toSorted();
      if (regions.length === 0)
        throw new ServiceError(404, `Account ${account} has no server group of cluster ${cluster}`, {
          field: 'cluster',
          fix: 'check the name: app-stack-detail',
        });
      const targets: RollbackTarget[] = regions
        .map((region) => ({ account, cluster, region, from: body.serverGroup, restore: body.restore }))
        .filter(
          ({ region, from }) => from === undefined || here.some((one) => one.region === region && one.name === from),
        );
      if (targets.length === 0)
        throw new ServiceError(404, `There is no server group ${body.serverGroup ?? ''} in ${regions.join(', ')}`, {
          field: 'serverGroup',
          fix: 'it may have been destroyed; list the server groups of the cluster',
        });
      return rollbackPreview(application, targets, groups);
    },
  };
}

function refusal({ drift, entries }: UndoPreview): string {
  const impossible = entries.flatMap((entry) => (entry.impossible === undefined ? [] : [entry.did]));
  return [
    ...(drift.length > 0 ? [`${drift.length} of what it left has changed since: ${drift.join('; ')}`] : []),
    ...(impossible.length > 0 ? [`this cannot be taken back: ${impossible.join('; ')}`] : []),
  ].join('. And ');
}

const listSchema = z.array(z.unknown());

/** The server groups that the stages of an execution made. */
function deployedBy(state: ExecutionState) {
  return Object.values(state.stages).flatMap(({ outputs }) => {
    const list = listSchema.safeParse(new Map(Object.entries(outputs)).get('deployedServerGroups')).data ?? [];
    return list.flatMap((entry) => deployedServerGroupSchema.safeParse(entry).data ?? []);
  });
}
