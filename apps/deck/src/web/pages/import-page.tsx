import { Autocomplete, Button, Group, Skeleton } from '@mantine/core';
import { SegmentField } from '@gennaker/ui/fields';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useState } from 'react';
import { ChooseFiles } from '../imports/choose-files.tsx';
import { ImportResult } from '../imports/import-result.tsx';
import { type Conflict, isStorable, placeOf } from '../imports/outcome-words.ts';
import { pastedFile, type SourceFile } from '../imports/source-files.ts';
import { useApplications } from '../queries/applications.ts';
import { useImport } from '../queries/imports.ts';

/** Takes over pipelines and templates from Spinnaker: what an import would do is shown first, then done. */
export function ImportPage() {
  const applications = useApplications();
  const [files, setFiles] = useState<readonly SourceFile[]>([]);
  const [pasted, setPasted] = useState('');
  const [application, setApplication] = useState('');
  const [conflict, setConflict] = useState<Conflict>('leave');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const look = useImport();
  const store = useImport();
  /** What was seen holds for what was chosen then. */
  const changed = (): void => {
    look.reset();
    store.reset();
    setLeft(new Set());
  };
  const sources = [...files, ...(pasted.trim() === '' ? [] : [pastedFile(pasted)])].flatMap((file) =>
    'text' in file ? [{ name: file.name, text: file.text }] : [],
  );
  const body = { files: sources, ...(application.trim() === '' ? {} : { application: application.trim() }) };
  const seen = look.data;
  const done = store.data;
  const wanted = (seen?.documents ?? []).filter((each) => isStorable(each, conflict) && !left.has(placeOf(each)));
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      <div className="page-head">
        <h1>Import pipelines</h1>
      </div>
      <p className="gk-muted page-lead">
        Pipelines and templates of Spinnaker keep their JSON. Each stage is judged, and a pipeline whose stages are all
        supported is rehearsed to its end on a simulated cloud, before anything is stored.
      </p>
      <form
        className="form-stack card import-form"
        aria-label="What to import"
        onSubmit={(event) => {
          event.preventDefault();
          changed();
          look.mutate({ ...body, dryRun: true });
        }}
      >
        <ChooseFiles
          files={files}
          pasted={pasted}
          onFiles={(next) => {
            changed();
            setFiles(next);
          }}
          onPasted={(next) => {
            changed();
            setPasted(next);
          }}
        />
        <Autocomplete
          label="Application of documents that name none"
          description="Spinnaker’s “Edit as JSON” leaves it out"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          w={360}
          data={(applications.data ?? []).map(({ name }) => name)}
          value={application}
          onChange={(next) => {
            changed();
            setApplication(next);
          }}
        />
        <Group gap="xs">
          <Button type="submit" disabled={sources.length === 0} loading={look.isPending}>
            Show what an import would do
          </Button>
        </Group>
      </form>
      {look.isError ? <ErrorPanel title="The documents could not be judged" error={look.error} /> : null}
      {look.isPending ? (
        <Skeleton height={160} radius="lg" role="status" aria-label="Reading, judging and rehearsing" />
      ) : null}
      {done ? (
        <ImportResult of={done} conflict={conflict}>
          <Group mb="md">
            <Button
              variant="default"
              onClick={() => {
                changed();
                setFiles([]);
                setPasted('');
              }}
            >
              Import others
            </Button>
          </Group>
        </ImportResult>
      ) : seen ? (
        <ImportResult of={seen} conflict={conflict} left={left} onLeft={setLeft}>
          <div className="import-deed">
            <div className="import-conflict">
              <SegmentField
                label="Documents that exist already"
                value={conflict}
                options={[
                  { value: 'leave', label: 'Leave them alone' },
                  { value: 'replace', label: 'Make these their newest version' },
                ]}
                onChange={(value) => setConflict(value === 'replace' ? 'replace' : 'leave')}
              />
            </div>
            <Button
              disabled={wanted.length === 0}
              loading={store.isPending}
              onClick={() =>
                store.mutate({
                  ...body,
                  rehearse: false,
                  replace: conflict === 'replace',
                  only: wanted.map(({ source, path }) => ({ source, path })),
                })
              }
            >
              Import {wanted.length === 1 ? 'one document' : `${wanted.length} documents`}
            </Button>
          </div>
          {store.isError ? <ErrorPanel title="The import broke off" error={store.error} /> : null}
        </ImportResult>
      ) : null}
    </main>
  );
}
