import type { EchoEvent } from '@gennaker/contracts/echo';
import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import type { z } from 'zod';

/** Does this configured trigger want this event? Pure; says why in either case. */
export interface MatchResult {
  readonly matches: boolean;
  readonly reason: Reason;
  /** The event is about something else altogether: another source, repository or job. */
  readonly elsewhere?: true;
}

/** What the sender of an event shows to prove that it knows a secret. */
export interface SenderProof {
  /** Is there a signature or a token at all? */
  readonly given: boolean;
  /** A secret of the configuration; undefined when it has none of this name. */
  secretNamed(name: string): string | undefined;
  /** Was it made with this secret? Takes equally long whatever differs. */
  madeWith(secret: string): boolean;
}

/** A webhook as a trigger type reads it. Names of headers are lower-case. */
export interface IncomingWebhook {
  readonly source: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Readonly<Record<string, unknown>>;
}

/** What a trigger type reads in a webhook. */
export interface WebhookReading {
  /** What tells this event from others of its source, where the sender sent no delivery id. */
  readonly identity?: string | undefined;
  /** It is a test or a notice that starts nothing, and why. */
  readonly ignored?: Reason | undefined;
}

/** What is wrong with a trigger's field, and what to do. */
export interface TriggerProblem {
  readonly field: string;
  readonly message: string;
  readonly fix: string;
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
  /** What of an enabled trigger can never work, seen from `now` (epoch ms): such a pipeline is not saved. */
  problems?(config: Readonly<Record<string, unknown>>, now: number): readonly TriggerProblem[];
  /** Id of the one pipeline that an event is for; undefined: of any that wants it. */
  pipelineOf?(event: EchoEvent): string | undefined;
  /**
   * Reads a webhook at `/webhooks/{type}/{source}`; absent: events of this type do not come so.
   * @throws ServiceError 400 for an unknown source and for a body that is none of its source's
   */
  readWebhook?(webhook: IncomingWebhook): WebhookReading;
  /** `proof` is there for events that came as webhooks. */
  match(trigger: z.output<S>, event: EchoEvent, proof?: SenderProof): MatchResult;
  /** What identifies the event for this trigger alone: the same again starts nothing. Absent: the event's key decides. */
  identityOf?(trigger: z.output<S>, event: EchoEvent): string | undefined;
  /** Trigger payload of the execution; without secrets. */
  toTrigger(trigger: z.output<S>, event: EchoEvent): ExecutionTrigger;
}

/** A trigger definition as registries hold it. */
export type AnyTriggerDefinition = Omit<TriggerDefinition, 'match' | 'toTrigger' | 'identityOf'> & {
  match(trigger: never, event: EchoEvent, proof?: SenderProof): MatchResult;
  identityOf?(trigger: never, event: EchoEvent): string | undefined;
  toTrigger(trigger: never, event: EchoEvent): ExecutionTrigger;
};

/** Declares a trigger type. */
export function defineTrigger<S extends z.ZodType>(definition: TriggerDefinition<S>): AnyTriggerDefinition {
  return definition;
}
