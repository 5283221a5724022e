import type { Plan } from '@gennaker/contracts/orca-insight';
import { planPreview } from '@gennaker/engine/insight/plan-preview';
import { quantile } from '@gennaker/engine/insight/predict';
import type { Database } from '@gennaker/store/database';
import { queueRules } from '../queue/queue-rules.ts';
import { triggerOf } from '../start-execution.ts';
import { engineEnv, type World } from '../world.ts';
import { finishedRuns } from './finished-runs.ts';
import type { Asking } from './foresee-stages.ts';
import { livePlan } from './plan-live.ts';
import { wouldWait } from './queue-lines.ts';

type Document = Readonly<Record<string, unknown>>;

/**
 * What a start of a document would do now, with its line and how long earlier runs took. Nothing is started or stored.
 * `asking`: who asks what it would do against live state; absent: clouds are not asked.
 */
export async function planDocument(
  parts: { readonly db: Database; readonly world: World },
  document: Document & { readonly application: string },
  call: {
    readonly user: string;
    readonly resolveArtifacts?: boolean | undefined;
    readonly asking?: Omit<Asking, 'application' | 'trigger'>;
  },
): Promise<Plan> {
  const { db, world } = parts;
  const { application } = document;
  const orchestration = document['stages'] === undefined && Array.isArray(document['job']);
  const named = [document['name'], document['description']].find((one) => typeof one === 'string' && one !== '');
  const name = typeof named === 'string' ? named : 'operation';
  const { expectedArtifacts, ...rest } = document;
  const plan = planPreview(
    {
      type: orchestration ? 'ORCHESTRATION' : 'PIPELINE',
      application,
      name,
      document: call.resolveArtifacts === false ? rest : { ...rest, expectedArtifacts },
      trigger: triggerOf(document, call.user),
    },
    engineEnv(world),
  );
  const rules = orchestration ? undefined : queueRules(application, name, document);
  const [queue, runs] = await Promise.all([
    rules && wouldWait(db.pool, rules),
    finishedRuns(db.pool, plan.pipelineConfigId, undefined),
  ]);
  const live = call.asking && (await livePlan(world, plan, call.asking, runs));
  const took = runs.map((run) => run.durationMs);
  return {
    ...plan,
    ...(queue ? { queue } : {}),
    ...(live ? { live } : {}),
    ...(took.length === 0
      ? {}
      : { durationMs: { p50: quantile(took, 0.5), p90: quantile(took, 0.9), basis: took.length } }),
  };
}
