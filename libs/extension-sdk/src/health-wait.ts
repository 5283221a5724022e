import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { type HealthFinding, healthFindingSchema } from '@gennaker/contracts/health-findings';
import { z } from 'zod';
import type { MissingInstance, UpState } from './server-group-health.ts';
import type { TaskContext, TaskResult } from './stage.ts';

/** Instances are asked what they lack once they have lacked it for a while, and again now and then, ms. */
const FIRST_LOOK_MS = 4_000;
const LOOK_AGAIN_MS = 15_000;
/** Instances that are told one by one. */
const LISTED = 5;
/** Instances whose beginning is remembered. */
const REMEMBERED = 50;

const memorySchema = z.looseObject({
  healthWatch: z
    .record(z.string(), z.object({ state: z.string(), since: z.number() }))
    .catch({})
    .default({}),
  healthFindings: z
    .object({ at: z.number(), serverGroup: z.string(), findings: z.array(healthFindingSchema) })
    .optional()
    .catch(undefined),
});

/**
 * Tells what a task waits for while instances of a server group are not up: which of them lack what and for how long, what
 * was found out by asking them, when it gives up and what happens then (`atEnd`, as in "then fails"). The answer's context
 * is what the next look goes on from.
 */
export async function explainWait(
  context: TaskContext<unknown>,
  group: ServerGroup,
  state: UpState,
  atEnd: string,
): Promise<Required<Pick<TaskResult, 'context' | 'reason'>>> {
  const memory = memorySchema.parse(context.context);
  const watch = Object.fromEntries(
    state.missing.slice(0, REMEMBERED).map(({ name, healthKey }) => {
      const known = memory.healthWatch[name];
      return [name, known?.state === healthKey ? known : { state: healthKey, since: context.now }];
    }),
  );
  const longest = Math.max(0, ...Object.values(watch).map(({ since }) => context.now - since));
  const before = memory.healthFindings?.serverGroup === group.name ? memory.healthFindings : undefined;
  const due = state.hopeless || longest >= FIRST_LOOK_MS;
  const note =
    due && context.now - (before?.at ?? Number.NEGATIVE_INFINITY) >= LOOK_AGAIN_MS
      ? { at: context.now, serverGroup: group.name, findings: await findings(context, group) }
      : before;
  const found = new Map((note?.findings ?? []).map((finding) => [finding.instance, finding]));
  const sinceOf = (name: string) => watch[name]?.since;
  return {
    context: { healthWatch: watch, ...(note ? { healthFindings: note } : {}) },
    reason: {
      summary: [
        state.counted,
        [
          ...(state.absent ? [state.absent] : []),
          ...state.missing
            .slice(0, LISTED)
            .map((one) => told(one, found.get(one.name), sinceOf(one.name), context.now)),
          ...(state.missing.length > LISTED ? [`and ${state.missing.length - LISTED} more`] : []),
          ...(state.hopeless || context.deadline === undefined
            ? []
            : [`gives up in ${inWords(Math.max(0, context.deadline - context.now))}, then ${atEnd}`]),
        ].join('; '),
      ].join('. '),
      evidence: {
        ...state.reason.evidence,
        missing: state.missing.slice(0, LISTED).map(({ name, lacks }) => {
          const { says, asks, answers, console } = found.get(name) ?? {};
          return {
            name,
            lacks: says ?? lacks,
            since: sinceOf(name),
            ...(asks ? { healthCheckAsks: `${asks.type} ${asks.port ?? ''}${asks.path ? ` ${asks.path}` : ''}` } : {}),
            ...(answers ? { answers } : {}),
            ...(console ? { console } : {}),
          };
        }),
        ...(context.deadline === undefined ? {} : { givesUpAt: context.deadline }),
      },
      next: [...found.values()].some(({ misplaced }) => misplaced)
        ? 'Have the health check ask where the application answers, or the application serve where it asks; it goes on as soon as they are up'
        : (state.reason.next ?? 'It goes on as soon as they are up'),
    },
  };
}

async function findings(context: TaskContext<unknown>, group: ServerGroup): Promise<HealthFinding[]> {
  try {
    return await context.ports.clouddriver.explainHealth(
      { params: { account: group.account, region: group.region, name: group.name } },
      { signal: context.signal, traceparent: context.traceparent },
    );
  } catch {
    // A deploy does not fail because the reason for its waiting cannot be found out.
    return [];
  }
}

function told(
  one: MissingInstance,
  finding: HealthFinding | undefined,
  since: number | undefined,
  now: number,
): string {
  const text = finding?.says ? `${one.name} ${finding.says}` : `${one.name}: ${one.lacks.replace(/\.$/u, '')}`;
  const ms = since === undefined ? 0 : now - since;
  return ms < FIRST_LOOK_MS ? text : `${text} for ${inWords(ms)}`;
}

/** A duration as roughly as people tell it while it runs: by 10 s, then by minutes and hours. */
function inWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 10) return `${seconds} s`;
  if (seconds < 120) return `${Math.round(seconds / 10) * 10} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
