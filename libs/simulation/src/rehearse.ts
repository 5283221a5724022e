import type { Rehearsal } from '@gennaker/contracts/document-import';
import type { Reason } from '@gennaker/contracts/execution';
import type { PipelineJson } from './pipeline-json.ts';
import type { PipelineRun } from './pipeline-run.ts';
import { SimulatedWorld } from './simulated-world.ts';
import { NeverEnds } from './virtual-time.ts';

const START = 1_700_000_000_000;
const LIMITS = { virtualMs: 30 * 86_400_000, realMs: 20_000 };

/**
 * Runs a pipeline to its end on the simulated cloud, in virtual time: every judgment is answered with yes, every address
 * answers 200 with an empty object, required parameters without a default get a text. `others`: pipelines that it starts.
 */
export async function rehearse(pipeline: PipelineJson, others: readonly PipelineJson[] = []): Promise<Rehearsal> {
  const world = new SimulatedWorld(START);
  await world.cloud.lab.start();
  world.http.answer(/^/, { status: 200, body: {} });
  for (const one of [...others, pipeline]) world.store(one);
  const begun = world.time.now();
  let run: PipelineRun;
  try {
    run = world.start(pipeline, { type: 'manual', parameters: parametersFor(pipeline) });
  } catch (error) {
    return {
      durationMs: 0,
      failed: { stage: 'start', reason: error instanceof Error ? error.message : String(error) },
    };
  }
  const asked = new Set<string>();
  const answerJudgments = (): void => {
    for (const one of world.runs.values())
      for (const stage of Object.values(one.state.stages)) {
        if (stage.type !== 'manualJudgment' || stage.status !== 'RUNNING' || asked.has(stage.id)) continue;
        asked.add(stage.id);
        const [input] = judgmentInputs(stage.context);
        world.time.after(1_000, () =>
          one.send({
            type: 'Patch',
            stageId: stage.id,
            patch: { judgmentStatus: 'continue', ...(input === undefined ? {} : { judgmentInput: input }) },
            by: { user: 'rehearsal', roles: [], admin: true, via: 'service' },
          }),
        );
      }
  };
  try {
    await world.time.until(() => {
      answerJudgments();
      return run.over;
    }, LIMITS);
  } catch (error) {
    if (!(error instanceof NeverEnds)) throw error;
    return { durationMs: world.time.now() - begun, failed: { stage: 'end', reason: error.message } };
  }
  return { status: run.state.status, durationMs: (run.state.endTime ?? world.time.now()) - begun, ...failure(run) };
}

function failure(run: PipelineRun): Pick<Rehearsal, 'failed'> {
  const reasonOf = (reason: Reason | undefined): string => reason?.summary ?? 'no reason was given';
  const stage = Object.values(run.state.stages).find((one) => one.status === 'TERMINAL' && !one.parentStageId);
  return stage ? { failed: { stage: stage.name, reason: reasonOf(stage.reason ?? run.state.reason) } } : {};
}

function parametersFor(pipeline: PipelineJson): Record<string, unknown> {
  const { parameterConfig } = pipeline;
  if (!Array.isArray(parameterConfig)) return {};
  return Object.fromEntries(
    (parameterConfig as readonly Readonly<Record<string, unknown>>[]).map((parameter) => {
      const options = Array.isArray(parameter['options']) ? (parameter['options'] as { value?: unknown }[]) : [];
      const value = parameter['default'] ?? options[0]?.value ?? 'rehearsal';
      return [String(parameter['name']), value];
    }),
  );
}

function judgmentInputs(context: Readonly<Record<string, unknown>>): unknown[] {
  const { judgmentInputs: inputs } = context;
  return Array.isArray(inputs) ? inputs.map((input: { value?: unknown } | null) => input?.value) : [];
}
