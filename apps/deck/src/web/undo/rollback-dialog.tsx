import { Button, Group, SegmentedControl, Select, Skeleton, Textarea } from '@mantine/core';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { RegionRollback } from '@gennaker/contracts/orca-undo';
import { ErrorPanel, Facts, Note } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { useState } from 'react';
import { Sentences } from '../infrastructure/preview-panel.tsx';
import { FollowedTask } from '../infrastructure/task-progress.tsx';
import { imageOf } from '../infrastructure/version.ts';
import type { RollbackWish } from '../queries/undo.ts';
import { useRollbackPreview, useStartRollback } from '../queries/undo.ts';
import { useServerGroups } from '../queries/infrastructure.ts';
import { Dialog } from '../shell/dialog.tsx';

/** What goes out of service: a server group, or what an execution deployed. */
export type RollbackSubject =
  | { readonly group: ServerGroup }
  | { readonly execution: { readonly id: string; readonly name: string } };

/** Has the version before serve again: says first what is chosen and why, starts it, follows it. */
export function RollbackDialog({
  application,
  subject,
  onClose,
}: {
  readonly application: string;
  readonly subject: RollbackSubject;
  readonly onClose: () => void;
}) {
  const start = useStartRollback();
  const title =
    'group' in subject ? `Roll back ${subject.group.name}` : `Roll back what ${subject.execution.name} deployed`;
  return (
    <Dialog onClose={onClose} title={title} size="lg">
      {start.data === undefined ? (
        <RollbackForm application={application} subject={subject} start={start} onClose={onClose} />
      ) : (
        <FollowedTask application={application} id={start.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function RollbackForm({
  application,
  subject,
  start,
  onClose,
}: {
  readonly application: string;
  readonly subject: RollbackSubject;
  readonly start: ReturnType<typeof useStartRollback>;
  readonly onClose: () => void;
}) {
  const [restore, setRestore] = useState<string>();
  const [everywhere, setEverywhere] = useState(false);
  const [reason, setReason] = useState('');
  const preview = useRollbackPreview(application, wishOf(subject, restore, everywhere));
  const { task, regions = [] } = preview.data ?? {};
  return (
    <form
      className="form-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (task) start.mutate({ task, reason: reason.trim() });
      }}
    >
      <p className="dialog-text" style={{ margin: 0 }}>
        The version before serves again, and is healthy, before anything is taken from this one.
      </p>
      {'group' in subject ? (
        <Choices
          application={application}
          group={subject.group}
          restore={restore}
          onRestore={setRestore}
          everywhere={everywhere}
          onEverywhere={setEverywhere}
        />
      ) : null}
      <section className="preview" aria-label="What it will do" aria-busy={preview.isFetching}>
        <h4 className="gk-section-title">What it will do</h4>
        {preview.isError ? (
          <ErrorPanel
            title="What it would do could not be found out"
            error={preview.error}
            action={
              <Button size="compact-sm" variant="default" onClick={() => void preview.refetch()}>
                Look again
              </Button>
            }
          />
        ) : !preview.data ? (
          <Skeleton height={64} role="status" aria-label="Looking at what it would do" />
        ) : (
          <>
            {task ? (
              <p className="way-back-sentence">{preview.data.sentence}</p>
            ) : (
              <Note look="failed" title={preview.data.sentence} />
            )}
            <ul className="way-back">
              {regions.map((region) => (
                <li key={`${region.account}/${region.region}/${region.cluster}`}>
                  <OneRegion of={region} />
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <Textarea
        label="Reason"
        autosize
        minRows={1}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {start.isError ? <ErrorPanel title="It was not begun" error={start.error} /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" color="red" loading={start.isPending} disabled={task === undefined || preview.isFetching}>
          Roll back
        </Button>
      </Group>
    </form>
  );
}

function wishOf(subject: RollbackSubject, restore: string | undefined, everywhere: boolean): RollbackWish {
  if ('execution' in subject) return { executionId: subject.execution.id };
  const { account, cluster, region, name } = subject.group;
  if (everywhere) return { account, cluster };
  return { account, cluster, regions: [region], serverGroup: name, ...(restore ? { restore } : {}) };
}

/** What serves again, and whether the cluster's other regions go back too. */
function Choices({
  application,
  group,
  restore,
  onRestore,
  everywhere,
  onEverywhere,
}: {
  readonly application: string;
  readonly group: ServerGroup;
  readonly restore: string | undefined;
  readonly onRestore: (name: string | undefined) => void;
  readonly everywhere: boolean;
  readonly onEverywhere: (on: boolean) => void;
}) {
  const cluster = (useServerGroups(application).data ?? []).filter(
    (each) => each.account === group.account && each.cluster === group.cluster,
  );
  const regions = [...new Set(cluster.map(({ region }) => region))];
  const others = cluster
    .filter(({ region, name }) => region === group.region && name !== group.name)
    .toSorted((a, b) => b.createdTime - a.createdTime);
  return (
    <>
      {regions.length > 1 ? (
        <SegmentedControl
          aria-label="Where"
          data={[
            { value: 'here', label: `Only ${group.region}` },
            { value: 'everywhere', label: `All ${regions.length} regions of ${group.cluster}` },
          ]}
          value={everywhere ? 'everywhere' : 'here'}
          onChange={(next) => onEverywhere(next === 'everywhere')}
        />
      ) : null}
      {!everywhere && others.length > 0 ? (
        <Select
          label="Serves again"
          data={[
            { value: '', label: `What ${group.name} replaced` },
            ...others.map(({ name }) => ({ value: name, label: name })),
          ]}
          renderOption={({ option }) => (
            <Candidate label={option.label} group={others.find(({ name }) => name === option.value)} />
          )}
          value={restore ?? ''}
          allowDeselect={false}
          onChange={(next) => onRestore(next || undefined)}
        />
      ) : null}
    </>
  );
}

/** A server group that could serve again, with what tells it from others. */
function Candidate({ label, group }: { readonly label: string; readonly group: ServerGroup | undefined }) {
  if (!group) return label;
  const { instances, isDisabled } = group;
  const many = instances.length === 1 ? '1 instance' : `${instances.length || 'no'} instances`;
  return (
    <div>
      <div className="gk-mono">{label}</div>
      <div className="gk-muted" style={{ fontSize: 12 }}>
        {[imageOf(group), many, isDisabled ? 'disabled' : 'serves now'].filter(Boolean).join(' · ')}
      </div>
    </div>
  );
}

/** What is done in one region: what goes, what serves again and why, the steps, what to know first. */
function OneRegion({ of }: { readonly of: RegionRollback }) {
  const { account, cluster, region, type, from, restore, image, why, steps, warnings, problem } = of;
  return (
    <>
      <h5>
        <span className="gk-mono">{cluster}</span> <span className="gk-muted">{`${account} · ${region}`}</span>
        {type === 'PREVIOUS_IMAGE' ? <Chip look="paused">Made anew</Chip> : null}
      </h5>
      {problem === undefined ? (
        <>
          <Facts
            of={[
              ['Goes out of service', from],
              ['Serves again', restore ?? (image ? `a new one from ${image}` : undefined)],
              ['Why', why],
            ]}
          />
          <ol className="way-back-steps">
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          {warnings.length > 0 ? (
            <Note look="paused" title="Know first">
              <Sentences of={warnings} />
            </Note>
          ) : null}
        </>
      ) : (
        <Note look="skipped" title="It is left as it is" why={problem} />
      )}
    </>
  );
}
