import { Button, Skeleton } from '@mantine/core';
import type { StoredTemplate } from '@gennaker/contracts/pipeline-templates';
import { PipelineIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { useState } from 'react';
import { useTemplateDependents, useTemplates, useTemplateVersions } from '../queries/templates.ts';
import { UseTemplateDialog } from '../templates/use-template-dialog.tsx';

/** Pipeline templates: what they are for, their versions, who uses them; a pipeline is made of one here. */
export function TemplatesPage() {
  const templates = useTemplates();
  const [using, setUsing] = useState<StoredTemplate>();
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      <div className="page-head">
        <h1>Pipeline templates</h1>
      </div>
      {templates.isPending ? (
        <Skeleton height={160} radius="lg" role="status" aria-label="Reading the templates" />
      ) : templates.isError ? (
        <ErrorPanel title="The templates could not be read" error={templates.error} />
      ) : templates.data.length === 0 ? (
        <EmptyState icon={PipelineIcon} title="There are no pipeline templates yet">
          Save one with “spin pipeline-templates save”, or POST /v2/pipelineTemplates/create; it appears here.
        </EmptyState>
      ) : (
        templates.data.map((template) => (
          <Template key={template.id} template={template} onUse={() => setUsing(template)} />
        ))
      )}
      {using ? <UseTemplateDialog template={using} onClose={() => setUsing(undefined)} /> : null}
    </main>
  );
}

function Template({ template, onUse }: { readonly template: StoredTemplate; readonly onUse: () => void }) {
  const { id, metadata, variables } = template;
  const [open, setOpen] = useState(false);
  return (
    <section className="cluster" aria-label={metadata.name}>
      <div className="cluster-head">
        <h2>{metadata.name}</h2>
        <span className="gk-muted">{[id, metadata.owner].filter(Boolean).join(' · ')}</span>
        <div className="page-space" />
        <Button size="compact-sm" variant="default" aria-label={`Use ${metadata.name}`} onClick={onUse}>
          Create a pipeline from it
        </Button>
      </div>
      {metadata.description ? <p className="gk-muted">{metadata.description}</p> : null}
      <p className="gk-muted">
        {variables.length === 0
          ? 'It asks for nothing.'
          : `It asks for ${variables.map(({ name, type }) => `${name} (${type})`).join(', ')}.`}
      </p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Versions, and pipelines that use it</summary>
        {open ? <Use id={id} /> : null}
      </details>
    </section>
  );
}

function Use({ id }: { readonly id: string }) {
  const versions = useTemplateVersions();
  const dependents = useTemplateDependents(id);
  const error = versions.error ?? dependents.error;
  if (error) return <ErrorPanel title="Versions and use could not be read" error={error} />;
  if (!versions.data || !dependents.data)
    return <Skeleton height={60} radius="lg" role="status" aria-label="Reading versions and use" />;
  return (
    <>
      <ul className="card hits" aria-label="Versions">
        {byDigest(versions.data[id] ?? []).map(({ digest, tags, lastModifiedBy, updateTs }) => (
          <li key={digest}>
            <span className="template-version">
              <span className="gk-mono">{digest.slice(0, 12)}</span>
              {tags.map((tag) => (
                <Chip key={tag} look="system">
                  {tag}
                </Chip>
              ))}
            </span>
            <span className="gk-muted">
              {lastModifiedBy || 'Somebody'} · <Ago at={Number(updateTs)} />
            </span>
          </li>
        ))}
      </ul>
      {dependents.data.length === 0 ? (
        <p className="gk-muted">No pipeline uses it.</p>
      ) : (
        <ul className="card hits" aria-label="Pipelines that use it">
          {dependents.data.map(({ application, name, reference }) => (
            <li key={`${application}/${name}`}>
              <span>
                {application} · {name}
              </span>
              <span className="gk-muted gk-mono">{reference}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** A version is listed once for itself and once for each of its tags: here it is one, with its tags. */
function byDigest(versions: readonly StoredTemplate[]) {
  const found = new Map<string, Pick<StoredTemplate, 'digest' | 'lastModifiedBy' | 'updateTs'> & { tags: string[] }>();
  for (const { digest, tag, lastModifiedBy, updateTs } of versions) {
    const known = found.get(digest) ?? { digest, lastModifiedBy, updateTs, tags: [] };
    if (tag !== undefined) known.tags.push(tag);
    found.set(digest, known);
  }
  return [...found.values()];
}
