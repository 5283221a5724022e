import type { Pipeline } from '@gennaker/contracts/front50';
import type { PipelineTemplate } from '@gennaker/contracts/pipeline-templates';

type Json = Readonly<Record<string, unknown>>;

/** What says which pipeline it is, who saved it and when; a template is of none. */
const OF_ONE = new Set([
  ...['id', 'name', 'application', 'index', 'disabled', 'locked', 'source', 'roles', 'serviceAccount'],
  ...['updateTs', 'createTs', 'lastModified', 'lastModifiedBy', 'type', 'schema', 'template', 'variables', 'exclude'],
]);

/**
 * The template that a pipeline would be: what it does, for any application. Where the pipeline names its own
 * application, the template has the variable `application`; triggers lose their ids, which are of one schedule.
 */
export function convertToTemplate(pipeline: Pipeline): PipelineTemplate {
  const { application, name } = pipeline;
  let isNamed = false;
  const open = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(open);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]): [string, unknown] => {
        if (key !== 'application' || item !== application) return [key, open(item)];
        isNamed = true;
        return [key, '${templateVariables.application}'];
      }),
    );
  };
  const own = Object.fromEntries(Object.entries(pipeline).filter(([key]) => !OF_ONE.has(key)));
  const { triggers, ...rest } = open(own) as Record<string, unknown>;
  return {
    schema: 'v2',
    id: templateId(`${application}-${name}`),
    metadata: {
      name,
      description: typeof pipeline['description'] === 'string' ? pipeline['description'] : '',
      ...(typeof pipeline['email'] === 'string' ? { owner: pipeline['email'] } : {}),
      scopes: [application],
    },
    protect: false,
    variables: isNamed
      ? [
          {
            name: 'application',
            type: 'string',
            description: 'The application that is worked on',
            defaultValue: application,
          },
        ]
      : [],
    pipeline: { ...rest, ...(Array.isArray(triggers) ? { triggers: triggers.map(withoutId) } : {}) },
  };
}

function withoutId(trigger: unknown): unknown {
  if (trigger === null || typeof trigger !== 'object') return trigger;
  const { id: _id, ...rest } = trigger as Json;
  return rest;
}

function templateId(text: string): string {
  return text
    .trim()
    .replace(/[:@/?#\s]+/g, '-')
    .slice(0, 200);
}
