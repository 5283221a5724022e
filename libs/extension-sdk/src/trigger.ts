import type { EchoEvent } from '@gennaker/contracts/echo';
import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import type { z } from 'zod';

/** Does this configured trigger want this event? Pure; says why in either case. */
export interface MatchResult {
  readonly matches: boolean;
  readonly reason: Reason;
}

/** A trigger type: which events it wants and what an execution gets from one. */
export interface TriggerDefinition<S extends z.ZodType = z.ZodType> {
  readonly type: string;
  readonly label: string;
  readonly description: string;
  /** Event types that it looks at. */
  readonly eventTypes: readonly string[];
  readonly schema: S;
  readonly examples: readonly Record<string, unknown>[];
  match(trigger: z.output<S>, event: EchoEvent): MatchResult;
  /** Trigger payload of the execution. */
  toTrigger(trigger: z.output<S>, event: EchoEvent): ExecutionTrigger;
}

/** A trigger definition as registries hold it. */
export type AnyTriggerDefinition = Omit<TriggerDefinition, 'match' | 'toTrigger'> & {
  match(trigger: never, event: EchoEvent): MatchResult;
  toTrigger(trigger: never, event: EchoEvent): ExecutionTrigger;
};

/** Declares a trigger type. */
export function defineTrigger<S extends z.ZodType>(definition: TriggerDefinition<S>): AnyTriggerDefinition {
  return definition;
}
