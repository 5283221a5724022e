import type { Pipeline, SaveWarning } from '@gennaker/contracts/front50';
import { graphProblems } from '@gennaker/contracts/pipeline-graph';
import { notificationUis } from '@gennaker/notifications/ui';
import { stageUis } from '@gennaker/stages/ui';
import { triggerUis } from '@gennaker/triggers/ui';
import { isOn, type JsonObject, list, object, strings, text } from '@gennaker/ui/stage-ui';
import type { z } from 'zod';
import { stagesOf } from './pipeline-operations.ts';

/** Something to mend in a pipeline. `node` is the graph's node to go to; an error keeps it from being saved. */
export interface Problem {
  readonly level: 'error' | 'warning';
  readonly node: string;
  readonly message: string;
  readonly fix?: string;
}

/** Node of what is not a stage: triggers, parameters, options. */
export const CONFIGURATION = 'configuration';

function missing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function sentence(issue: z.core.$ZodIssue, of: JsonObject): string {
  const [first] = issue.path;
  const field = issue.path.map(String).join('.');
  if (field === '') return issue.message;
  const absent = issue.path.length === 1 && missing(of[String(first)]);
  return absent ? `“${field}” is missing` : `“${field}”: ${issue.message}`;
}

function usesExpression(value: JsonObject, issue: z.core.$ZodIssue): boolean {
  let at: unknown = value;
  for (const part of issue.path)
    at = at !== null && typeof at === 'object' ? (at as Record<PropertyKey, unknown>)[part] : undefined;
  return typeof at === 'string' && at.includes('${');
}

/** What keeps notifications of a pipeline or a stage from telling anybody. */
function notificationProblems(of: JsonObject): string[] {
  return list(of['notifications'])
    .map(object)
    .flatMap((notification) => {
      const type = text(notification['type']);
      const ui = notificationUis.find((each) => each.type === type);
      if (!ui) return [`there is no notification type “${type}”: nobody is told`];
      const parsed = ui.schema.safeParse(notification);
      const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => sentence(issue, notification));
      const silent = strings(notification['when']).length === 0 ? ['choose when it tells'] : [];
      return [...wrong, ...silent].map((message) => `${ui.label} notification: ${message}`);
    });
}

/** What is wrong with a pipeline, as far as can be said without running it; saved warnings are added. */
export function problemsOf(
  pipeline: Pipeline,
  saved: readonly SaveWarning[] = [],
  operators: ReadonlySet<string> = new Set(),
): Problem[] {
  const problems: Problem[] = [];
  if (pipeline.name.trim() === '')
    problems.push({ level: 'error', node: CONFIGURATION, message: 'The pipeline has no name' });
  const raw = pipeline.stages ?? [];
  for (const problem of graphProblems(raw)) {
    const index = Number(problem.field.split('.')[1]);
    problems.push({
      level: 'error',
      node: String(raw[index]?.refId ?? CONFIGURATION),
      message: problem.message,
      fix: problem.fix,
    });
  }
  for (const stage of stagesOf(pipeline)) {
    const name = stage.name || stage.type;
    const ui = stageUis.find(({ type }) => type === stage.type);
    const add = (message: string, fix?: string): void =>
      void problems.push({
        level: 'warning',
        node: stage.refId,
        message: `${name}: ${message}`,
        ...(fix ? { fix } : {}),
      });
    for (const message of isOn(stage['sendNotifications']) ? notificationProblems(stage) : []) add(message);
    if (!ui && operators.has(stage.type)) continue;
    if (!ui) {
      add(`there is no stage type “${stage.type}”`, 'Change its type, or remove it');
      continue;
    }
    const parsed = ui.schema.safeParse(stage);
    const own = ui.problems?.(stage, pipeline.application) ?? [];
    for (const message of own) add(message);
    if (!parsed.success && own.length === 0)
      for (const issue of parsed.error.issues) if (!usesExpression(stage, issue)) add(sentence(issue, stage));
  }
  for (const trigger of pipeline.triggers ?? []) {
    const ui = triggerUis.find(({ type }) => type === trigger.type);
    const add = (message: string): void => void problems.push({ level: 'warning', node: CONFIGURATION, message });
    if (!ui) {
      add(`There is no trigger type “${trigger.type}”`);
      continue;
    }
    const own = ui.problems?.(trigger) ?? [];
    for (const message of own) add(`${ui.label} trigger: ${message}`);
    const parsed = ui.schema.safeParse(trigger);
    if (!parsed.success && own.length === 0)
      for (const issue of parsed.error.issues) add(`${ui.label} trigger: ${sentence(issue, trigger)}`);
  }
  for (const message of notificationProblems(pipeline))
    problems.push({ level: 'warning', node: CONFIGURATION, message });
  const said = new Set(problems.map(({ message }) => message));
  for (const { message, field, fix } of saved) {
    if (said.has(message)) continue;
    const index = /^stages[.[](\d+)/.exec(field ?? '')?.[1];
    const node = index === undefined ? CONFIGURATION : (stagesOf(pipeline)[Number(index)]?.refId ?? CONFIGURATION);
    problems.push({ level: 'warning', node, message, ...(fix ? { fix } : {}) });
  }
  return problems;
}
