import { parseArgs } from 'node:util';
import type { Pipeline } from '@gennaker/contracts/front50';
import { gateApi } from '@gennaker/contracts/gate';
import { type LiveStage, type PlannedDeploy, plannedGuardText, replacedText } from '@gennaker/contracts/live-plan';
import { orcaInsightRoutes, type Plan, type PlannedStageView } from '@gennaker/contracts/orca-insight';
import { inWords } from '@gennaker/engine/decide/timers';
import { gateNamed, saying } from './gate-client.ts';
import { Sentence } from './up/sentence.ts';

const USAGE = 'See "gennaker plan --help" for what it can do.';

/** Exit code for a plan that would not go well. */
const NOT_WELL = 2;

/** Routes of gate that a plan needs. */
const routes = {
  allPipelineConfigs: gateApi.allPipelineConfigs,
  planOfStored: orcaInsightRoutes.planOfStored,
};

/**
 * `gennaker plan PIPELINE`: prints what a pipeline would do as things are now; nothing is started. Answers the exit code:
 * 2 where something would not go well or live state is unknown.
 * @throws Sentence for a wrong command line, an unknown pipeline, a system that does not run, what gate refuses
 */
export async function plan(root: string, args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  const [named] = positionals;
  if (named === undefined || positionals.length > 1)
    throw new Sentence(`Name one pipeline, by its name or id. ${USAGE}`);
  const parameters = parametersOf(values.parameter ?? []);
  const gate = await gateNamed(root, values, routes);
  const pipelines = await saying(() => gate.allPipelineConfigs({}));
  const { id } = pipelineNamed(pipelines, named, values.application);
  const planned = await saying(() =>
    gate.planOfStored({ params: { id }, body: { type: 'manual', user: 'cli', parameters } }),
  );
  process.stdout.write(`${values.json === true ? JSON.stringify(planned, undefined, 2) : planText(planned)}\n`);
  return speaksAgainst(planned) ? NOT_WELL : 0;
}

/** The one pipeline of an id or name. @throws Sentence when there is none, or several */
export function pipelineNamed(
  pipelines: readonly Pipeline[],
  named: string,
  application: string | undefined,
): { readonly id: string } {
  const mine = pipelines.filter((one) => application === undefined || one.application === application);
  const byId = mine.filter(({ id }) => id === named);
  const found = byId.length > 0 ? byId : mine.filter(({ name }) => name === named);
  const where = application === undefined ? '' : ` in application ${application}`;
  if (found.length > 1)
    throw new Sentence(
      `Several applications have a pipeline "${named}": ${found.map((one) => one.application).join(', ')}. Name one with --application.`,
    );
  const id = found[0]?.id;
  if (id === undefined)
    throw new Sentence(
      `There is no pipeline "${named}"${where}. ${mine.length === 0 ? `There are none${where}.` : `There are: ${mine.map((one) => `${one.application}/${one.name}`).join(', ')}.`}`,
    );
  return { id };
}

/** Parameters as written, NAME=VALUE each. @throws Sentence for what is none */
export function parametersOf(written: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    written.map((one) => {
      const at = one.indexOf('=');
      if (at < 1) throw new Sentence(`--parameter ${one}: write NAME=VALUE. ${USAGE}`);
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}

/** Does something of a plan not go well, as far as is known? */
export function speaksAgainst({ warnings, live }: Plan): boolean {
  return (
    warnings.some(({ untilRun }) => untilRun !== true) ||
    live?.unknown !== undefined ||
    (live?.stages ?? []).some(({ problems }) => problems.length > 0)
  );
}

/** A plan for people: its stages in order, each with what it would do against live state. */
export function planText(planned: Plan): string {
  const { live, queue, durationMs } = planned;
  const name = (refId: string): string => planned.stages.find((one) => one.refId === refId)?.name ?? refId;
  return [
    `${planned.application}/${planned.name}: ${durationMs ? usually(durationMs) : 'it has not finished yet, so nobody knows how long it takes'}`,
    ...(queue ? [`In line: ${queue.summary}`] : []),
    ...(live?.unknown ? [`${live.unknown.summary}. Next: ${live.unknown.next ?? 'try again'}`] : []),
    ...planned.warnings.map(
      ({ message, stageRefId, field, fix, untilRun }) =>
        `${untilRun ? 'Not known yet' : 'Problem'}: ${stageRefId === undefined ? '' : `${name(stageRefId)}: `}${message}${field ? ` (${field})` : ''}${fix ? `; ${fix}` : ''}`,
    ),
    ...planned.stages.flatMap((stage, at) => [
      `${at + 1}. ${stage.name}${enabledText(stage)}`,
      ...liveText(live?.stages.find(({ stageRefId }) => stageRefId === stage.refId)),
    ]),
  ].join('\n');
}

const usually = ({ p50, p90, basis }: NonNullable<Plan['durationMs']>): string =>
  `usually ${inWords(p50)}, nine of ten within ${inWords(p90)} (${basis} ${basis === 1 ? 'run' : 'runs'})`;

function enabledText({ enabled, reason }: PlannedStageView): string {
  if (enabled === 'yes') return '';
  return ` (${reason?.summary ?? (enabled === 'no' ? 'is skipped' : 'depends on the run')})`;
}

function liveText(stage: LiveStage | undefined): string[] {
  if (!stage) return [];
  return [
    ...(stage.durationMs ? [`It takes ${usually(stage.durationMs)}`] : []),
    ...stage.problems.map((problem) => `Problem: ${problem}`),
    ...stage.locks.map((lock) => `Waits: ${lock}`),
    ...stage.deploys.flatMap(deployText),
    ...stage.operations.flatMap(({ operation, changes, warnings }) => [
      `${operation}:`,
      ...changes.map((change) => `  ${change}`),
      ...warnings.map((warning) => `  Note: ${warning}`),
    ]),
    ...stage.notes.map((note) => `Note: ${note}`),
  ].map((line) => `   ${line}`);
}

const GUARD_WORDS = { passes: 'Guarded', refuses: 'Refused', unknown: 'Not known yet' } as const;

function deployText(deploy: PlannedDeploy): string[] {
  const { serverGroupName, region, account, strategy, steps, guards } = deploy;
  return [
    `${serverGroupName} in ${region} of ${account}${strategy ? `, strategy ${strategy}` : ''}; ${replacedText(deploy)}`,
    ...steps.flatMap((step, at) => [
      `  ${at + 1}. ${step}`,
      ...guards
        .filter((guard) => guard.step === at)
        .map((guard) => `     ${GUARD_WORDS[guard.outcome]}: ${plannedGuardText(guard)}`),
    ]),
  ];
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        offset: { type: 'string' },
        application: { type: 'string' },
        parameter: { type: 'string', multiple: true },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : String(error)}. ${USAGE}`, { cause: error });
  }
}
