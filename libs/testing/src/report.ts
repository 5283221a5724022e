import { inReadingOrder } from '@gennaker/engine/graph';
import type { PipelineRun } from '@gennaker/simulation/pipeline-run';

/** An expectation that did not hold; its message tells what each stage did. */
export class ExpectationFailed extends Error {
  override readonly name = 'ExpectationFailed';

  constructor(what: string, run: PipelineRun) {
    super(`${what}.\n\n${storyOf(run)}`);
  }
}

/** What an execution did, a line a stage: when, how it ended, and why. */
export function storyOf(run: PipelineRun): string {
  const start = run.state.startTime ?? run.state.buildTime;
  const lines = inReadingOrder(run.state).map((stage) => {
    const from = stage.startTime === undefined ? '' : clock(stage.startTime - start);
    const reason = (stage.reason ?? stage.tasks.find((task) => task.status === 'RUNNING')?.reason)?.summary;
    const depth = stage.parentStageId === undefined ? '' : '  ';
    return `${from.padStart(9)}  ${stage.status.padEnd(15)} ${depth}${stage.name}${reason ? ` - ${reason}` : ''}`;
  });
  const ended = run.state.reason ? `\n${' '.repeat(11)}${run.state.status.padEnd(15)} ${run.state.reason.summary}` : '';
  return `${lines.join('\n')}${ended}`;
}

/** A duration as h:mm:ss. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
