import { Tabs } from '@mantine/core';
import type { ExecutionView, Reason, StageView } from '@gennaker/contracts/execution';
import { stageUis } from '@gennaker/stages/ui';
import { Facts, JsonBlock, Note, ReasonNote } from '@gennaker/ui/panels';
import { list, object, text } from '@gennaker/ui/stage-ui';
import { StageTraffic } from '@gennaker/ui/stage-traffic';
import { awaitsJudgment, stageLook, StatusText, statusLook } from '@gennaker/ui/status';
import { Elapsed, withLocalTimes } from '@gennaker/ui/time';
import type { ReactNode } from 'react';
import { FailedOperation } from '../infrastructure/failed-operation.tsx';
import { failedOperationOf } from '../infrastructure/operation-of-stage.ts';
import { Judgment } from './judgment.tsx';
import { StageDeedsBar } from './stage-deeds-bar.tsx';
import { stageReason, stagesUnder } from './stage-order.ts';

/** Everything about one stage of an execution: what it did, why it is as it is, its tasks, inputs, outputs and JSON. */
export function StageDetails({
  execution,
  stage,
  past = false,
}: {
  readonly execution: ExecutionView;
  readonly stage: StageView;
  /** The execution is shown as it was: nothing can be done with it. */
  readonly past?: boolean;
}) {
  const ui = stageUis.find(({ type }) => type === stage.type);
  const children = stagesUnder(execution, stage.id);
  const Glyph = ui?.icon;
  return (
    <section className="stage-details" aria-label={`Stage ${stage.name}`}>
      <header className="stage-head">
        {Glyph ? (
          <span className="stage-glyph">
            <Glyph size={16} aria-hidden />
          </span>
        ) : null}
        <div className="stage-title">
          <h3>{stage.name}</h3>
          {ui?.label === stage.name ? null : <span className="gk-muted">{ui?.label ?? stage.type}</span>}
        </div>
        <div className="stage-state">
          <StatusText look={stageLook(stage)} />
          <span className="gk-muted">
            <Elapsed from={stage.startTime} to={stage.endTime} />
          </span>
        </div>
      </header>
      <Tabs defaultValue="overview" keepMounted={false} classNames={{ list: 'stage-tabs', panel: 'stage-panel' }}>
        <Tabs.List>
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="tasks">Tasks</Tabs.Tab>
          <Tabs.Tab value="values">Inputs and outputs</Tabs.Tab>
          <Tabs.Tab value="json">JSON</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview execution={execution} stage={stage} under={children} past={past} />
        </Tabs.Panel>
        <Tabs.Panel value="tasks">
          <Tasks stage={stage} under={children} />
        </Tabs.Panel>
        <Tabs.Panel value="values">
          <Values stage={stage} />
        </Tabs.Panel>
        <Tabs.Panel value="json">
          <JsonBlock value={children.length > 0 ? [stage, ...children] : stage} label={`JSON of ${stage.name}`} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

function Overview({
  execution,
  stage,
  under,
  past,
}: {
  readonly execution: ExecutionView;
  readonly stage: StageView;
  readonly under: readonly StageView[];
  readonly past: boolean;
}) {
  const ui = stageUis.find(({ type }) => type === stage.type);
  const reason = stageReason(execution, stage);
  const look = stageLook(stage);
  const failure = failureOf([stage, ...under]);
  return (
    <div className="stage-overview">
      {awaitsJudgment(stage) && !past ? <Judgment judgment={{ execution, stage }} /> : null}
      {reason && !awaitsJudgment(stage) ? (
        <ReasonNote reason={reason} look={look === 'running' ? 'system' : look} />
      ) : null}
      {failure && !said(failure, reason) ? (
        <Note look="failed" title="What the failing step said" why={failure} />
      ) : null}
      {past
        ? null
        : [stage, ...under].map((each) => {
            const operation = failedOperationOf(each);
            return operation ? (
              <FailedOperation key={each.id} execution={execution.id} operation={operation} told={Boolean(reason)} />
            ) : null;
          })}
      {past ? null : <StageDeedsBar execution={execution} stage={stage} />}
      {ui?.Details ? <ui.Details stage={stage} execution={execution} children={under} /> : null}
      <StageTraffic stage={stage} execution={execution} children={under} />
      {!ui?.Details && !reason && !failure && !awaitsJudgment(stage) ? (
        <Facts
          of={[
            ['Started', stage.startTime ? new Date(stage.startTime).toLocaleString() : 'Not yet'],
            ['Ended', stage.endTime ? new Date(stage.endTime).toLocaleString() : undefined],
            ['Waits for', stage.startTime ? undefined : waitsFor(execution, stage)],
          ]}
        />
      ) : null}
    </div>
  );
}

/** True when a failure's text says no more than a reason. */
function said(failure: string, reason: Reason | undefined): boolean {
  const rest = failure.replace(reason?.summary ?? '', '').replace(reason?.next ?? '', '');
  return rest.replaceAll(/[\s.;:]/gu, '') === '';
}

/** Names of the stages that have to end before this one starts. */
function waitsFor(execution: ExecutionView, stage: StageView): string {
  const parents = execution.stages.filter(
    (each) => !each.parentStageId && stage.requisiteStageRefIds.includes(each.refId),
  );
  return parents.map(({ name }) => name).join(', ') || 'its turn';
}

/** First error that a stage or one below it recorded in Spinnaker's `exception` shape. */
function failureOf(stages: readonly StageView[]): string | undefined {
  for (const stage of stages) {
    const details = object(object(stage.context['exception'])['details']);
    const found =
      list(details['errors']).map(text).filter(Boolean).join('\n') ||
      text(details['error']) ||
      text(stage.context['failureMessage']);
    if (found) return found;
  }
  return undefined;
}

function Tasks({ stage, under }: { readonly stage: StageView; readonly under: readonly StageView[] }) {
  const shown = [
    ...under.filter((each) => each.syntheticStageOwner === 'STAGE_BEFORE'),
    stage,
    ...under.filter((each) => each.syntheticStageOwner !== 'STAGE_BEFORE'),
  ];
  if (shown.every(({ tasks }) => tasks.length === 0))
    return <p className="gk-muted">Its tasks are planned when the stage starts.</p>;
  return (
    <table className="table tasks">
      <thead>
        <tr>
          <th scope="col">Task</th>
          <th scope="col">Status</th>
          <th scope="col" className="tasks-time">
            Time
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.flatMap((each) => [
          ...(shown.length > 1
            ? [
                <tr key={each.id} className="tasks-stage">
                  <th scope="rowgroup" colSpan={3}>
                    {each.name}
                  </th>
                </tr>,
              ]
            : []),
          ...each.tasks.map((task) => (
            <tr key={`${each.id}:${task.id}`}>
              <td>
                {task.name}
                {task.reason ? <div className="gk-muted">{withLocalTimes(task.reason.summary)}</div> : null}
              </td>
              <td>
                <StatusText look={statusLook(task.status)} />
              </td>
              <td className="tasks-time">
                <Elapsed from={task.startTime} to={task.endTime} />
              </td>
            </tr>
          )),
        ])}
      </tbody>
    </table>
  );
}

function Values({ stage }: { readonly stage: StageView }) {
  const show = (values: Record<string, unknown>): readonly (readonly [string, ReactNode])[] =>
    Object.entries(values).map(([name, value]) => [
      name,
      value !== null && typeof value === 'object' ? (
        <JsonBlock value={value} label={name} />
      ) : (
        <span className="gk-mono">{String(value)}</span>
      ),
    ]);
  return (
    <div className="stage-values">
      <div>
        <h4>Outputs</h4>
        {Object.keys(stage.outputs).length > 0 ? (
          <Facts of={show(stage.outputs)} />
        ) : (
          <p className="gk-muted">None so far.</p>
        )}
      </div>
      <div>
        <h4>Inputs</h4>
        {Object.keys(stage.context).length > 0 ? <Facts of={show(stage.context)} /> : <p className="gk-muted">None.</p>}
      </div>
    </div>
  );
}
