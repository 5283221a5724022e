import { badRequest, notFound } from '@gennaker/contracts/error';
import type { CallOptions } from '@gennaker/contracts/route';
import { ulid } from 'ulid';
import type { Gate } from '../gate.ts';

type Body = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The trigger as a client sent it: the body itself, or wrapped in `trigger`. */
function sentTrigger(body: Body): Record<string, unknown> {
  return isObject(body['trigger']) ? body['trigger'] : { ...body };
}

/**
 * Starts a pipeline by hand, through echo like any event, and answers where the execution is. The same idempotency key
 * again answers the same execution.
 * @throws ServiceError 404 for an unknown pipeline, 400 when it cannot be started now (disabled, a required parameter)
 */
export async function startPipeline(
  gate: Gate,
  target: { readonly application: string; readonly name: string },
  body: Body,
  key: string | undefined,
  options: CallOptions,
): Promise<{ ref: string; eventId: string }> {
  const trigger = await withBuild(gate, sentTrigger(body), options);
  const user =
    options.identity?.via === 'anonymous' && typeof trigger['user'] === 'string'
      ? trigger['user']
      : (options.identity?.user ?? 'anonymous');
  const executionId = ulid();
  const eventKey = `manual:${key ?? crypto.randomUUID()}`;
  const answer = await gate.echo.post(
    {
      body: {
        key: eventKey,
        type: 'manual',
        user,
        content: { application: target.application, pipelineNameOrId: target.name, trigger, executionId },
      },
    },
    { ...options, key: eventKey },
  );
  const { eventId } = answer;
  const [match] = answer.matches;
  const prefix = `Unable to trigger pipeline (application: ${target.application}, pipelineNameOrId: ${target.name}). Error: `;
  // Echo has stored the event and starts it as soon as it can ask front50.
  if (!answer.eventProcessed) return { ref: `/pipelines/${executionId}`, eventId };
  if (!match)
    throw notFound(`${prefix}${answer.reason?.summary ?? 'there is no such pipeline'}`, {
      field: 'pipelineNameOrId',
      fix: answer.reason?.next ?? 'save the pipeline first',
      eventId,
    });
  if (!match.started)
    throw badRequest(`${prefix}${match.reason.summary}`, {
      ...(match.reason.next === undefined ? {} : { fix: match.reason.next }),
      ...(match.reason.evidence === undefined ? {} : { evidence: match.reason.evidence }),
      field: Array.isArray(match.reason.evidence?.['missing']) ? 'parameters' : 'pipeline',
      eventId,
    });
  return { ref: `/pipelines/${match.executionId ?? executionId}`, eventId };
}

/** A start that names a build (master, job, buildNumber) carries that build, as if it had triggered. */
async function withBuild(
  gate: Gate,
  trigger: Record<string, unknown>,
  options: CallOptions,
): Promise<Record<string, unknown>> {
  const { master, job, buildNumber, buildInfo, propertyFile } = trigger;
  if (typeof master !== 'string' || typeof job !== 'string' || buildNumber === undefined || buildInfo !== undefined)
    return trigger;
  const number = Number(buildNumber);
  if (!Number.isInteger(number))
    throw badRequest(`buildNumber "${String(buildNumber)}" is no number`, {
      field: 'buildNumber',
      fix: 'give the number of a build',
    });
  const build = await gate.igor.getBuild({ params: { master, number }, query: { job } }, options);
  const read =
    typeof propertyFile === 'string' && propertyFile !== ''
      ? await gate.igor.buildProperties({ params: { master, number }, query: { job, file: propertyFile } }, options)
      : undefined;
  return {
    ...trigger,
    buildNumber: number,
    buildInfo: build,
    link: build.url,
    properties: { ...build.parameters, ...read?.properties },
  };
}
