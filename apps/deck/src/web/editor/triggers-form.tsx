import { ActionIcon, Button, Switch } from '@mantine/core';
import type { TriggerVerdict } from '@gennaker/contracts/echo';
import type { Pipeline } from '@gennaker/contracts/front50';
import { triggerUis } from '@gennaker/triggers/ui';
import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { ChevronDownIcon, ChevronRightIcon, CloseIcon, HookIcon } from '@gennaker/ui/icons';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { list, object, strings, text } from '@gennaker/ui/stage-ui';
import { StatusText } from '@gennaker/ui/status';
import { withLocalTimes } from '@gennaker/ui/time';
import { useId, useState } from 'react';
import { ArtifactChoice } from '../artifacts/artifact-choice.tsx';
import { EventTester } from '../events/event-tester.tsx';
import { AddMenu } from '../shell/add-menu.tsx';
import { merge } from './pipeline-operations.ts';

/** Triggers beyond this number are shown closed, each in one line. */
const SHOWN_OPEN = 2;

/** What starts a pipeline: its triggers, each with its type's own form, and whether an event would start it. */
export function TriggersForm({
  pipeline,
  onEdit,
}: {
  readonly pipeline: Pipeline;
  readonly onEdit: (pipeline: Pipeline, field?: string) => void;
}) {
  const triggers = pipeline.triggers ?? [];
  const [trying, setTrying] = useState(false);
  const [verdicts, setVerdicts] = useState<readonly TriggerVerdict[]>();
  const [opened, setOpened] = useState<ReadonlySet<number>>(() => new Set(triggers.slice(0, SHOWN_OPEN).keys()));
  const write = (next: JsonObject[], field?: string): void => {
    // What was said holds for the triggers as they were.
    setVerdicts(undefined);
    onEdit({ ...pipeline, triggers: next as NonNullable<Pipeline['triggers']> }, field);
  };
  const toggle = (index: number): void =>
    setOpened((was) => new Set(was.has(index) ? [...was].filter((each) => each !== index) : [...was, index]));
  return (
    <div className="panel-options">
      <div className="panel-list-head">
        <h3 className="gk-section-title">Triggers</h3>
        <div className="gk-row">
          {triggers.length > 0 ? (
            <Button size="compact-sm" variant="default" aria-expanded={trying} onClick={() => setTrying(!trying)}>
              Would an event start it?
            </Button>
          ) : null}
          <AddMenu
            label="Add trigger"
            choices={triggerUis}
            onAdd={(ui) => {
              write([...triggers, { enabled: true, ...ui.defaults(), type: ui.type }]);
              setOpened((was) => new Set([...was, triggers.length]));
            }}
          />
        </div>
      </div>
      {triggers.length === 0 ? (
        <p className="gk-muted panel-none">
          No trigger: people start it by hand. Add one to start it from a build, a webhook, a schedule or another
          pipeline.
        </p>
      ) : null}
      <div className="gk-rows">
        {triggers.map((trigger, index) => (
          <TriggerItem
            key={index}
            trigger={trigger}
            pipeline={pipeline}
            number={index + 1}
            verdict={verdicts && (verdicts.find(({ position }) => position === index) ?? 'other events')}
            open={opened.has(index)}
            onToggle={() => toggle(index)}
            onChange={(patch) =>
              write(
                triggers.map((each, at) => (at === index ? merge(each, patch) : each)),
                `trigger:${index}:${Object.keys(patch).join()}`,
              )
            }
            onRemove={() => {
              write(triggers.filter((_, at) => at !== index));
              setOpened(
                (was) => new Set([...was].filter((at) => at !== index).map((at) => (at > index ? at - 1 : at))),
              );
            }}
          />
        ))}
        {trying && triggers.length > 0 ? (
          <section className="gk-group" aria-label="Would an event start it?">
            <EventTester
              start={{
                type: text(triggers[0]?.type) || 'webhook',
                source: text(triggers[0]?.['source']),
                headers: '',
                body: '{}',
              }}
              pipeline={pipeline}
              onAnswer={({ taken, matches }) => setVerdicts(taken ? (matches[0]?.triggers ?? []) : undefined)}
            />
          </section>
        ) : null}
      </div>
    </div>
  );
}

/** One trigger: closed a line, open its form. */
function TriggerItem({
  trigger,
  pipeline,
  number,
  verdict,
  open,
  onToggle,
  onChange,
  onRemove,
}: {
  readonly trigger: JsonObject & { readonly type: string };
  readonly pipeline: Pipeline;
  readonly number: number;
  /** What it says to the event that was tried; `other events`: it does not look at such. */
  readonly verdict: TriggerVerdict | 'other events' | undefined;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly onChange: (patch: JsonObject) => void;
  readonly onRemove: () => void;
}) {
  const ui = triggerUis.find(({ type }) => type === trigger.type);
  const Glyph = ui?.icon ?? HookIcon;
  const body = useId();
  const label = ui?.label ?? `Unknown trigger “${trigger.type}”`;
  const summary = ui?.summary(trigger) ?? '';
  const expected = list(pipeline['expectedArtifacts']).map(object);
  return (
    <div className="gk-group" role="group" aria-label={`Trigger ${number}: ${label}`}>
      <div className="panel-list-head" style={open ? {} : { marginBottom: 0 }}>
        <h4 className="gk-section-title trigger-title">
          <button type="button" aria-expanded={open} aria-controls={body} onClick={onToggle}>
            {open ? <ChevronDownIcon size={15} aria-hidden /> : <ChevronRightIcon size={15} aria-hidden />}
            <Glyph size={15} aria-hidden />
            <span>{label}</span> {summary ? <span className="gk-muted trigger-summary">{summary}</span> : null}
          </button>
        </h4>
        <div className="gk-row">
          <Switch
            size="xs"
            label="Enabled"
            checked={trigger['enabled'] === true}
            onChange={(event) => onChange({ enabled: event.currentTarget.checked })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove trigger ${number}: ${[label, summary].filter(Boolean).join(' ')}`}
            onClick={onRemove}
          >
            <CloseIcon size={15} />
          </ActionIcon>
        </div>
      </div>
      {verdict === 'other events' ? (
        <p className="trigger-verdict">
          <StatusText look="skipped">Does not match</StatusText>{' '}
          <span className="gk-muted">it looks at events of other types</span>
        </p>
      ) : verdict ? (
        <p className="trigger-verdict">
          <StatusText look={verdict.matches ? 'succeeded' : 'skipped'}>
            {verdict.matches ? 'Matches' : 'Does not match'}
          </StatusText>{' '}
          <span className="gk-muted">{withLocalTimes(verdict.reason.summary)}</span>
        </p>
      ) : null}
      <div id={body} hidden={!open} className="gk-rows">
        {ui && open ? (
          <ui.Form trigger={trigger} onChange={onChange} application={pipeline.application} />
        ) : ui ? null : (
          <p className="gk-muted panel-none">It has no form; edit it as JSON.</p>
        )}
        {open ? (
          <FieldGrid>
            <TextField
              label="Runs as"
              placeholder="The one whom the event names"
              help="A service account that may execute this pipeline"
              value={trigger['runAsUser']}
              onChange={(runAsUser) => onChange({ runAsUser })}
            />
            {expected.length > 0 ? (
              <ArtifactChoice
                label="Artifacts that it needs"
                help="It starts only when each comes, or has a prior or default one"
                expected={expected}
                value={strings(trigger['expectedArtifactIds'])}
                onChange={(ids) => onChange({ expectedArtifactIds: ids.length > 0 ? ids : undefined })}
              />
            ) : null}
          </FieldGrid>
        ) : null}
      </div>
    </div>
  );
}
