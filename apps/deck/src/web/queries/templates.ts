import type { PipelineTemplate, TemplateVariable } from '@gennaker/contracts/pipeline-templates';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** The latest version of every pipeline template, by name. */
export function useTemplates() {
  return useQuery({
    queryKey: keys.templates(),
    queryFn: ({ signal }) => gate.listTemplates({}, { signal }),
    select: (templates) => templates.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name)),
  });
}

/** All versions of every template, by its id. */
export function useTemplateVersions() {
  return useQuery({
    queryKey: keys.templates('versions'),
    queryFn: ({ signal }) => gate.templateVersions({}, { signal }),
  });
}

/** Pipelines that use a template. */
export function useTemplateDependents(id: string) {
  return useQuery({
    queryKey: keys.templates('dependents', id),
    queryFn: ({ signal }) => gate.templateDependents({ params: { id } }, { signal }),
  });
}

/** The pipeline that a templated one stands for; nothing is asked while there is none. */
export function useTemplatePlan(config: Record<string, unknown> | undefined) {
  return useQuery({
    queryKey: keys.templates('plan', JSON.stringify(config)),
    queryFn: ({ signal }) => gate.planTemplate({ body: config ?? {} }, { signal }),
    enabled: config !== undefined,
    retry: false,
    placeholderData: (before) => before,
  });
}

/** The template that a stored pipeline would be. */
export function useTemplateOf(pipeline: string) {
  return useQuery({
    queryKey: keys.templates('of', pipeline),
    queryFn: ({ signal }) => gate.convertToTemplate({ params: { id: pipeline } }, { signal }),
    // It follows each save of the pipeline.
    staleTime: 0,
    retry: false,
  });
}

/** Stores a new template. */
export function useCreateTemplate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (template: PipelineTemplate) => gate.createTemplate({ query: {}, body: template }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.templates() }),
  });
}

/** A pipeline that stands for what a template makes of these values. */
export function templatedPipeline(
  template: string,
  application: string,
  name: string,
  variables: Readonly<Record<string, unknown>>,
) {
  return {
    schema: 'v2',
    type: 'templatedPipeline',
    application,
    name,
    template: {
      artifactAccount: 'front50ArtifactCredentials',
      type: 'front50/pipelineTemplate',
      reference: `spinnaker://${template}`,
    },
    variables: { ...variables },
    exclude: [],
    triggers: [],
    parameterConfig: [],
    notifications: [],
    stages: [],
  };
}

/** Names of the variables that have neither a value nor a default. */
export function missingVariables(
  variables: readonly TemplateVariable[],
  values: Readonly<Record<string, unknown>>,
): string[] {
  return variables
    .filter(({ name, defaultValue }) => values[name] === undefined && defaultValue === undefined)
    .map(({ name }) => name);
}
