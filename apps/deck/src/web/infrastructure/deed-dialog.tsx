import { Button, Group, Skeleton, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { GivenTarget } from '@gennaker/ui/given-target';
import { JsonIcon } from '@gennaker/ui/icons';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { lazy, Suspense, useState } from 'react';
import { usePreview, useSubmitStages } from '../queries/operations.ts';
import { useConfirm } from './confirm.ts';
import type { Deed } from './deed.ts';
import { firstStage, formPart, isGiven, missingOf, saidBy, stagesOf, withFormPart } from './deed.ts';
import { DifferencesTable } from './differences-table.tsx';
import { PreviewPanel } from './preview-panel.tsx';
import { FollowedTask } from './task-progress.tsx';
import { Dialog } from '../shell/dialog.tsx';

const DeedJson = lazy(() => import('./deed-json.tsx').then(({ DeedJson: Component }) => ({ default: Component })));

/** Typing rests this long (ms) before it is asked anew what would be done. */
const REST_MS = 350;

/** A deed from its form and what it will do to what came of it. */
export function DeedDialog({
  application,
  deed,
  onClose,
}: {
  readonly application: string;
  readonly deed: Deed;
  readonly onClose: () => void;
}) {
  const submit = useSubmitStages(application);
  return (
    <Dialog onClose={onClose} title={deed.title} size={deed.Form ? 'min(860px, 94vw)' : 'lg'}>
      {submit.data === undefined ? (
        <DeedForm application={application} deed={deed} submit={submit} onClose={onClose} />
      ) : (
        <FollowedTask application={application} id={submit.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function DeedForm({
  application,
  deed,
  submit,
  onClose,
}: {
  readonly application: string;
  readonly deed: Deed;
  readonly submit: ReturnType<typeof useSubmitStages>;
  readonly onClose: () => void;
}) {
  const [stage, setStage] = useState(() => firstStage(deed));
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [json, setJson] = useState<'closed' | 'right' | 'wrong'>('closed');
  const missing = json === 'wrong' ? ['write JSON that can be read'] : missingOf(deed, stage, application);
  const stages = stagesOf(deed, stage);
  const [asked] = useDebouncedValue(JSON.stringify(stages), REST_MS);
  const settled = asked === JSON.stringify(stages);
  const preview = usePreview(application, stages, settled && missing.length === 0);
  const confirm = useConfirm(deed);
  const comparisons = deed.against?.(stage, saidBy(deed, stage)) ?? [];
  const refused = preview.data?.some(({ problems }) => problems.length > 0) === true;
  const ready =
    missing.length === 0 && settled && preview.isSuccess && !refused && (confirm === undefined || typed === confirm);
  const form = !deed.Form ? null : json === 'closed' ? (
    <deed.Form
      stage={stage}
      onChange={(patch) => setStage((was) => ({ ...was, ...patch }))}
      application={application}
      upstream={[]}
    />
  ) : (
    <Suspense fallback={<Skeleton height={240} role="status" aria-label="Opening the editor" />}>
      <DeedJson
        of={formPart(deed, stage)}
        onChange={(part) => {
          setJson(part ? 'right' : 'wrong');
          if (part) setStage(withFormPart(deed, part));
        }}
      />
    </Suspense>
  );
  return (
    <form
      className="form-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        const why = reason.trim();
        submit.mutate({
          description: deed.title,
          stages: stages.map((one) => ({ ...one, ...(why ? { reason: why } : {}) })),
        });
      }}
    >
      <Group justify="space-between" wrap="nowrap" align="start">
        <p className="dialog-text" style={{ margin: 0 }}>
          {deed.about}
        </p>
        {deed.Form ? (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<JsonIcon size={14} />}
            disabled={json === 'wrong'}
            onClick={() => setJson(json === 'closed' ? 'right' : 'closed')}
          >
            {json === 'closed' ? 'JSON' : 'Form'}
          </Button>
        ) : null}
      </Group>
      {isGiven(deed) ? <GivenTarget>{form}</GivenTarget> : form}
      {comparisons.map((each) => (
        <DifferencesTable key={each.title} {...each} />
      ))}
      <PreviewPanel preview={preview} missing={missing} several={deed.targets.length > 1} />
      <Textarea
        label="Reason"
        autosize
        minRows={1}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {confirm === undefined ? null : (
        <TextInput
          label={`Type “${confirm}” to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {submit.isError ? <ErrorPanel title="It was not begun" error={submit.error} /> : null}
      {refused ? <Note look="paused" title="Change what is named above, then it can be done" /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" loading={submit.isPending} disabled={!ready} {...(deed.danger ? { color: 'red' } : {})}>
          {deed.verb}
        </Button>
      </Group>
    </form>
  );
}
