import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { TemplateError } from '@gennaker/contracts/pipeline-templates';
import type { Queryable } from '@gennaker/store/database';
import { planTemplate } from './plan-template.ts';
import { getTemplate, type TemplateVersion } from './template-store.ts';

type Json = Readonly<Record<string, unknown>>;

/** A pipeline that stands for what its template makes of its values. */
export function isTemplated(pipeline: Json): boolean {
  return pipeline['type'] === 'templatedPipeline' && pipeline['template'] !== undefined;
}

/** `spinnaker://id`, `spinnaker://id:tag`, `spinnaker://id@sha256:digest`. @throws ServiceError 400 for anything else */
export function referenceOf(config: Json): { readonly id: string; readonly version: TemplateVersion } {
  const { template } = config;
  const reference = typeof template === 'object' && template !== null ? (template as Json)['reference'] : undefined;
  const [, id, tag, digest] =
    (typeof reference === 'string' &&
      /^spinnaker:\/\/([^:@]+)(?::([^:@]+)|@sha256:([0-9a-f]{64}))?$/.exec(reference)) ||
    [];
  if (id === undefined)
    throw badRequest(`"${String(reference)}" is no reference to a pipeline template`, {
      field: 'template.reference',
      fix: 'write spinnaker://ID, spinnaker://ID:TAG or spinnaker://ID@sha256:DIGEST',
    });
  return { id, version: { tag, digest } };
}

/**
 * The pipeline that a templated one stands for.
 * @throws ServiceError 400 with `errors`, each with its location, when the template is not there or the values do not fit
 */
export async function planned(client: Queryable, config: Json): Promise<Json> {
  const { id, version } = referenceOf(config);
  const template = await getTemplate(client, id, version).catch((error: unknown) => {
    if (!(error instanceof ServiceError) || error.status !== 404) throw error;
    throw refusal([
      {
        severity: 'FATAL',
        message: error.message,
        location: 'template.reference',
        suggestion: 'save the template first, or refer to another one',
      },
    ]);
  });
  const plan = planTemplate(template, config);
  if (plan.pipeline === undefined) throw refusal(plan.errors);
  return plan.pipeline;
}

function refusal(errors: readonly TemplateError[]): ServiceError {
  const [first] = errors;
  return badRequest(errors.map(({ message }) => message).join('; '), {
    ...(first ? { field: first.location } : {}),
    ...(first?.suggestion ? { fix: first.suggestion } : {}),
    errors: errors.map(({ message, location }) => `${location}: ${message}`),
    templateErrors: errors,
  });
}
