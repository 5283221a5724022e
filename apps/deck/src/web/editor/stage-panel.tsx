import { ActionIcon, Button, Menu, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import { stageUis } from '@gennaker/stages/ui';
import { SwitchField, TextAreaField, TextField } from '@gennaker/ui/fields';
import { DestroyIcon, HookIcon, JsonIcon, MoreIcon } from '@gennaker/ui/icons';
import { Note } from '@gennaker/ui/panels';
import type { JsonObject, StageConfig } from '@gennaker/ui/stage-ui';
import { isOn, list, object, text } from '@gennaker/ui/stage-ui';
import { ExpectedArtifactList } from '../artifacts/expected-artifact-list.tsx';
import { stageEvents } from '../notifications/notification-events.ts';
import { NotificationsForm } from '../notifications/notifications-form.tsx';
import { expectedArtifactsOf } from '../queries/artifacts.ts';
import { usePreconfigured } from '../queries/insight.ts';
import { ExecutionWindow } from './execution-window.tsx';
import { LastRunScope } from './expression-scope.tsx';
import { ExpressionTrial } from './expression-trial.tsx';
import { FAILURE_MODES, failureMode } from './failure-modes.ts';
import {
  downstreamOf,
  merge,
  patchStage,
  removeStage,
  setRequisites,
  stagesOf,
  upstreamOf,
} from './pipeline-operations.ts';
import { OperatorForm } from './operator-form.tsx';
import type { Problem } from './problems.ts';

interface StagePanelProps {
  readonly pipeline: Pipeline;
  readonly stage: StageConfig & { readonly refId: string; readonly requisiteStageRefIds: readonly string[] };
  readonly problems: readonly Problem[];
  readonly onEdit: (pipeline: Pipeline, field?: string) => void;
  readonly onSelect: (node: string | undefined) => void;
  readonly onJson: () => void;
}

/** The form of one stage: its place in the graph, its own fields, what happens when it fails. */
export function StagePanel({ pipeline, stage, problems, onEdit, onSelect, onJson }: StagePanelProps) {
  const ui = stageUis.find(({ type }) => type === stage.type);
  const operators = usePreconfigured().data?.find(({ type }) => type === stage.type);
  const { refId } = stage;
  const patch = (change: JsonObject): void =>
    onEdit(patchStage(pipeline, refId, change), `${refId}:${Object.keys(change).join()}`);
  const below = downstreamOf(pipeline, refId);
  const expected = expectedArtifactsOf(stage);
  const possible = stagesOf(pipeline).filter((each) => !below.has(each.refId));
  const Glyph = ui?.icon ?? (operators ? HookIcon : undefined);
  return (
    <section className="panel" aria-label={`Stage ${stage.name ?? stage.type}`}>
      <header className="panel-head">
        {Glyph ? (
          <span className="stage-glyph">
            <Glyph size={16} aria-hidden />
          </span>
        ) : null}
        <div className="stage-title">
          <h2>{stage.name || 'Unnamed stage'}</h2>
          <span className="gk-muted">
            {ui
              ? `${ui.label} · ${ui.description}`
              : operators
                ? `${operators.label} · set up by your operator`
                : `Unknown type “${stage.type}”`}
          </span>
        </div>
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<JsonIcon size={14} />} onClick={onJson}>
          JSON
        </Button>
        <Menu position="bottom-end" width={210}>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label="More about this stage">
              <MoreIcon size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              color="red"
              leftSection={<DestroyIcon size={15} />}
              onClick={() => {
                onEdit(removeStage(pipeline, refId));
                onSelect(stage.requisiteStageRefIds[0]);
              }}
            >
              Remove this stage
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </header>
      <div className="panel-body">
        {problems.length > 0 ? (
          <Note
            look="paused"
            title={problems.length === 1 ? 'One thing is missing' : `${problems.length} things are missing`}
          >
            <ul className="panel-problems">
              {problems.map(({ message }) => (
                <li key={message}>{message.replace(`${stage.name || stage.type}: `, '')}</li>
              ))}
            </ul>
          </Note>
        ) : null}
        <div className="gk-field-grid">
          <TextInput
            label="Stage name"
            value={text(stage.name)}
            onChange={(event) => patch({ name: event.currentTarget.value })}
          />
          <MultiSelect
            label="Depends on"
            placeholder={stage.requisiteStageRefIds.length > 0 ? '' : 'Nothing: starts at once'}
            data={possible.map((each) => ({ value: each.refId, label: each.name || `${each.type} (${each.refId})` }))}
            value={[...stage.requisiteStageRefIds]}
            onChange={(refs) => onEdit(setRequisites(pipeline, refId, refs))}
            searchable
            hidePickedOptions
          />
        </div>
        <LastRunScope pipeline={pipeline} stage={stage}>
          {ui ? (
            <div className="panel-own" key={refId}>
              <ui.Form
                stage={stage}
                onChange={patch}
                application={pipeline.application}
                upstream={upstreamOf(pipeline, refId)}
              />
            </div>
          ) : operators ? (
            <OperatorForm type={operators} stage={stage} onChange={patch} />
          ) : (
            <Note
              look="paused"
              title="There is no form for this type"
              why="Its JSON is kept as it is. Executions refuse to run it."
              next="Edit it as JSON, or remove it."
            />
          )}
          <ExecutionOptions stage={stage} onPatch={patch} />
          {ui?.producesArtifacts || expected.length > 0 ? (
            <ExpectedArtifactList
              title="Artifacts that it produces"
              none="None is bound. Name one for later stages to use."
              expected={expected}
              prior={false}
              onChange={(expectedArtifacts) => patch({ expectedArtifacts })}
            />
          ) : null}
          <StageNotifications pipeline={pipeline} stage={stage} onPatch={patch} />
        </LastRunScope>
        <ExpressionTrial pipeline={pipeline} stage={stage} />
      </div>
    </section>
  );
}

/** What every stage has: failure, timeout, condition, comment. */
function ExecutionOptions({
  stage,
  onPatch,
}: {
  readonly stage: StageConfig;
  readonly onPatch: (patch: JsonObject) => void;
}) {
  const mode = failureMode(stage);
  const timeout = stage['stageTimeoutMs'];
  const enabled = object(stage['stageEnabled']);
  return (
    <div className="panel-options">
      <h3 className="gk-section-title">Execution</h3>
      <div className="gk-field-grid">
        <Select
          label="If the stage fails"
          data={FAILURE_MODES.map(({ value, label }) => ({ value, label }))}
          value={mode}
          allowDeselect={false}
          description={FAILURE_MODES.find(({ value }) => value === mode)?.about}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          onChange={(value) => {
            const chosen = FAILURE_MODES.find((each) => each.value === value);
            if (chosen) onPatch({ ...chosen.flags });
          }}
        />
        <NumberInput
          label="Timeout"
          suffix=" min"
          min={1}
          placeholder="The type's own"
          description="The stage fails when it takes longer"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={typeof timeout === 'number' ? timeout / 60_000 : ''}
          onChange={(minutes) =>
            onPatch(
              typeof minutes === 'number' && minutes > 0
                ? { overrideTimeout: true, stageTimeoutMs: Math.round(minutes * 60_000) }
                : { overrideTimeout: undefined, stageTimeoutMs: undefined },
            )
          }
        />
        <TextField
          label="Only if"
          mono
          placeholder="${ parameters.environment == 'prod' }"
          help="Otherwise the stage is skipped; empty: always"
          value={enabled['expression']}
          onChange={(expression) =>
            onPatch({
              stageEnabled: expression ? merge({ ...enabled }, { type: 'expression', expression }) : undefined,
            })
          }
        />
      </div>
      <div style={{ marginTop: 14 }}>
        <ExecutionWindow stage={stage} onPatch={onPatch} />
      </div>
      <div style={{ marginTop: 14 }}>
        <TextAreaField
          label="Comment"
          rows={1}
          value={stage['comments']}
          onChange={(comments) => onPatch({ comments })}
        />
      </div>
    </div>
  );
}

/** Who is told of the stage. They are told only while that is switched on: the list stays. */
function StageNotifications({
  pipeline,
  stage,
  onPatch,
}: {
  readonly pipeline: Pipeline;
  readonly stage: StageConfig;
  readonly onPatch: (patch: JsonObject) => void;
}) {
  const notified = list(stage['notifications']).map(object);
  const on = isOn(stage['sendNotifications']);
  return (
    <div className="panel-options">
      <NotificationsForm
        notifications={notified}
        told={{
          level: 'stage',
          application: pipeline.application,
          pipeline: pipeline.name,
          stage: stage.name ?? stage.type,
        }}
        events={stageEvents(stage.type)}
        onChange={(notifications) =>
          onPatch({
            notifications,
            // Whoever adds the first one wants it sent.
            ...(notified.length === 0 && notifications.length > 0 ? { sendNotifications: true } : {}),
          })
        }
      />
      {notified.length > 0 ? (
        <div style={{ marginTop: 14 }}>
          <SwitchField
            label="Send notifications of this stage"
            help="Off: the list stays, and nobody is told"
            value={on}
            onChange={(sendNotifications) => onPatch({ sendNotifications })}
          />
        </div>
      ) : null}
    </div>
  );
}
