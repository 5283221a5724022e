import { Button, Group, SegmentedControl } from '@mantine/core';
import { type Pipeline, pipelineSchema, type StoredPipeline } from '@gennaker/contracts/front50';
import type { StaleSave } from '@gennaker/contracts/document-history';
import { Note } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';
import { useState } from 'react';
import { ChangeList } from '../history/change-list.tsx';
import { SideBySide } from '../history/side-by-side.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { type Collision, mergeVersions, type Side } from './merge-versions.ts';

interface ConflictProps {
  /** The version that was opened here. */
  readonly base: Pipeline;
  readonly mine: Pipeline;
  readonly stored: StoredPipeline;
  /** Both sides' changes, where front50 still has the version that was opened. */
  readonly stale: StaleSave | undefined;
  readonly saving: boolean;
  readonly onReload: () => void;
  /** Saves this in place of the stored version. */
  readonly onSave: (pipeline: Pipeline) => void;
  readonly onClose: () => void;
}

/** Somebody else saved meanwhile: who, when, what each side changed; both are joined, or one side is taken. */
export function ConflictDialog({ base, mine, stored, stale, saving, onReload, onSave, onClose }: ConflictProps) {
  const [choices, setChoices] = useState<ReadonlyMap<string, Side>>(new Map());
  const [whole, setWhole] = useState(false);
  const author = stored.lastModifiedBy || 'Somebody';
  const { document, collisions } = mergeVersions(base, stored.pipeline, mine, choices);
  const merged = pipelineSchema.safeParse(document);
  const open = collisions.filter(({ path }) => !choices.has(path)).length;
  return (
    <Dialog onClose={onClose} size="min(1180px, 94vw)" title="Somebody else saved this pipeline">
      <p className="dialog-text">
        {author} saved version {stored.version} <Ago at={Number(stored.updateTs)} />, after you opened it. Nothing of
        yours is lost yet.
      </p>
      {stale ? (
        <div className="sides">
          <section aria-label={`Changed by ${author}`}>
            <h3>Changed by {author}</h3>
            <ChangeList changes={stale.theirs} />
          </section>
          <section aria-label="Changed by you">
            <h3>Changed by you</h3>
            <ChangeList changes={stale.yours} />
          </section>
        </div>
      ) : null}
      {collisions.length > 0 ? (
        <Collisions
          of={collisions}
          author={author}
          choices={choices}
          onChoose={(path, side) => setChoices(new Map([...choices, [path, side]]))}
        />
      ) : (
        <Note look="succeeded" title="The changes do not touch each other" next="They can be saved together." />
      )}
      <details className="whole-diff" onToggle={(event) => setWhole(event.currentTarget.open)}>
        <summary>Both versions as JSON</summary>
        {whole ? <SideBySide before={stored.pipeline} after={mine} titles={['Stored now', 'Yours']} /> : null}
      </details>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          Go on editing
        </Button>
        <Button variant="default" onClick={onReload}>
          Drop mine, load theirs
        </Button>
        <Button color="red" variant="light" loading={saving} onClick={() => onSave(mine)}>
          Overwrite with mine
        </Button>
        <Button
          loading={saving}
          disabled={open > 0 || !merged.success}
          onClick={() => merged.success && onSave(merged.data)}
        >
          {open > 0 ? `Choose ${open} more to save both` : 'Save both together'}
        </Button>
      </Group>
    </Dialog>
  );
}

function Collisions({
  of,
  author,
  choices,
  onChoose,
}: {
  readonly of: readonly Collision[];
  readonly author: string;
  readonly choices: ReadonlyMap<string, Side>;
  readonly onChoose: (path: string, side: Side) => void;
}) {
  return (
    <section aria-label="Changed by both">
      <Note
        look="paused"
        title={of.length === 1 ? 'Both changed one thing' : `Both changed ${of.length} things`}
        next="Choose for each whose value is kept."
      />
      <div className="card" style={{ marginTop: 10 }}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">{author}</th>
              <th scope="col">You</th>
              <th scope="col">Keep</th>
            </tr>
          </thead>
          <tbody>
            {of.map(({ path, theirs, mine }) => (
              <tr key={path}>
                <td className="gk-mono">{path}</td>
                <td>
                  <Value of={theirs} />
                </td>
                <td>
                  <Value of={mine} />
                </td>
                <td>
                  <SegmentedControl
                    size="xs"
                    aria-label={`Keep of ${path}`}
                    data={[
                      { value: 'theirs', label: 'Theirs' },
                      { value: 'mine', label: 'Mine' },
                    ]}
                    value={choices.get(path) ?? ''}
                    onChange={(side) => onChoose(path, side === 'theirs' ? 'theirs' : 'mine')}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Value({ of }: { readonly of: unknown }) {
  if (of === undefined) return <span className="gk-muted">taken away</span>;
  return <code className="gk-mono collision-value">{JSON.stringify(of)}</code>;
}
