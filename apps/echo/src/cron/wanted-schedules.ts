import type { Pipeline } from '@gennaker/contracts/front50';

/** A schedule that a pipeline has. A changed one is another. */
export interface WantedSchedule {
  readonly pipelineId: string;
  readonly triggerId: string;
  readonly expression: string;
  readonly timezone: string;
  /** When its pipeline was saved, epoch milliseconds. */
  readonly savedAt: number;
}

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** The schedules of the pipelines that can start: of the enabled cron triggers of those that are not disabled. Pure. */
export function wantedSchedules(pipelines: readonly Pipeline[], timeZone: string): WantedSchedule[] {
  return pipelines.flatMap((pipeline) => {
    const { id } = pipeline;
    if (id === undefined || pipeline.disabled === true) return [];
    return (pipeline.triggers ?? []).flatMap((trigger) => {
      const expression = text(trigger['cronExpression']);
      if (trigger.type !== 'cron' || trigger.enabled !== true || expression === '') return [];
      return [
        {
          pipelineId: id,
          triggerId: text(trigger['id']),
          expression,
          timezone: text(trigger['timezone']) || timeZone,
          savedAt: Number(pipeline.updateTs ?? 0) || 0,
        },
      ];
    });
  });
}

/** What `H` is spread by. */
export const spreadBy = ({ pipelineId, triggerId }: Pick<WantedSchedule, 'pipelineId' | 'triggerId'>): string =>
  triggerId === '' ? pipelineId : triggerId;
