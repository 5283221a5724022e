import type { EchoEvent } from '@gennaker/contracts/echo';
import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { AnyTriggerDefinition } from '@gennaker/extension-sdk/trigger';
import { executionParameters } from './parameters.ts';

type Triggers = Readonly<Record<string, AnyTriggerDefinition>>;

/** What an event does to a pipeline, and why. `trigger` is there when it starts. */
export interface Decision {
  readonly reason: Reason;
  readonly trigger?: ExecutionTrigger;
}

/** Trigger types that look at events of this type. */
export function triggerTypesFor(triggers: Triggers, eventType: string): string[] {
  return Object.values(triggers)
    .filter((definition) => definition.eventTypes.includes(eventType))
    .map((definition) => definition.type);
}

/** Judges one configured trigger; `index` counts from 0. */
function judge(
  definition: AnyTriggerDefinition,
  config: Readonly<Record<string, unknown>>,
  event: EchoEvent,
): Decision {
  if (config['enabled'] !== true)
    return { reason: { summary: 'the trigger is not enabled', next: 'set "enabled": true in the trigger' } };
  const parsed = definition.schema.safeParse(config);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      reason: {
        summary: `the trigger is incomplete: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
        next: 'complete the trigger and save the pipeline',
      },
    };
  }
  const { matches, reason } = definition.match(parsed.data as never, event);
  if (!matches) return { reason };
  const trigger = definition.toTrigger(parsed.data as never, event);
  // Who starts it by hand is known. Of what a trigger's document says, only `runAsUser` was checked when it was saved.
  if (definition.type === 'manual') return { reason, trigger: { user: 'anonymous', ...trigger } };
  const runAs = config['runAsUser'];
  return { reason, trigger: { ...trigger, user: typeof runAs === 'string' && runAs !== '' ? runAs : 'anonymous' } };
}

/** What an event from outside does to a pipeline: the first trigger that matches starts it. Pure. */
export function matchPipeline(triggers: Triggers, pipeline: Pipeline, event: EchoEvent): Decision {
  const types = triggerTypesFor(triggers, event.type);
  const judged = (pipeline.triggers ?? []).flatMap((config) => {
    const definition = types.includes(config.type) ? triggers[config.type] : undefined;
    return definition ? [judge(definition, config, event)] : [];
  });
  const hit = judged.find((decision) => decision.trigger);
  if (!hit) {
    const reasons = judged.map((decision) => decision.reason);
    const [first] = reasons;
    if (!first) return { reason: { summary: `the pipeline has no trigger for ${event.type} events` } };
    if (reasons.length === 1) return { reason: first };
    return {
      reason: {
        summary: `none of ${reasons.length} triggers matches: ${reasons.map((reason) => reason.summary).join('; ')}`,
        evidence: { triggers: reasons },
      },
    };
  }
  return startable(pipeline, hit);
}

/** What a start by hand does to the pipeline that it names. Pure. */
export function matchByHand(triggers: Triggers, pipeline: Pipeline, event: EchoEvent): Decision {
  const definition = triggers['manual'];
  if (!definition) return { reason: { summary: 'this system has no manual trigger' } };
  return startable(pipeline, judge(definition, { type: 'manual', enabled: true }, event));
}

/** A match starts nothing while the pipeline is disabled or lacks a required parameter. */
function startable(pipeline: Pipeline, decision: Decision): Decision {
  if (!decision.trigger) return decision;
  const { templateErrors } = pipeline;
  if (Array.isArray(templateErrors) && templateErrors.length > 0)
    return {
      reason: {
        summary: `the template of pipeline "${pipeline.name}" cannot be applied: ${templateErrors.join('; ')}`,
        next: 'give the missing values, or mend the template, and start it again',
      },
    };
  if (pipeline.disabled === true)
    return {
      reason: { summary: `pipeline "${pipeline.name}" is disabled`, next: 'enable the pipeline and start it again' },
    };
  const { parameters, missing } = executionParameters(pipeline, decision.trigger.parameters ?? {});
  if (missing.length > 0)
    return {
      reason: {
        summary: `required ${missing.length === 1 ? 'parameter' : 'parameters'} ${missing.map((name) => `"${name}"`).join(', ')} ${missing.length === 1 ? 'has' : 'have'} no value`,
        evidence: { missing, given: decision.trigger.parameters ?? {} },
        next: 'give a value, or a default in the pipeline',
      },
    };
  return { ...decision, trigger: { ...decision.trigger, parameters } };
}
