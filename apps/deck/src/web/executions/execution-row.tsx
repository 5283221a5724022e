import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import { ChevronDownIcon, ChevronRightIcon, ExternalIcon, JsonIcon, MoreIcon, StopIcon } from '@gennaker/ui/icons';
import { executionLook, lookWord, StatusText } from '@gennaker/ui/status';
import { Ago, Elapsed } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { memo, useState } from 'react';
import { CancelDialog } from './cancel-dialog.tsx';
import { pendingJudgments } from '../queries/executions.ts';
import { ExecutionInspector } from './execution-inspector.tsx';
import { Judgment } from './judgment.tsx';
import { StageBars } from './stage-bars.tsx';
import { interestingStage, topLevelOf, whyLine } from './stage-order.ts';
import { listName, startedBy, triggerSentence } from './trigger-sentence.ts';

interface RowProps {
  readonly execution: ExecutionView;
  /** Stage whose details are open; undefined: the row is folded. */
  readonly open: string | undefined;
  readonly onOpen: (execution: string | undefined, stage?: string) => void;
  /** Further marks of its state. */
  readonly marks?: ReactNode;
}

/** One execution in a list: what started it, its stages as bars, its state; unfolds the details of a stage. */
export const ExecutionRow = memo(function ExecutionRow({ execution, open, onOpen, marks }: RowProps) {
  const [cancelling, setCancelling] = useState(false);
  const look = executionLook(execution);
  const selected = open ? (topLevelOf(execution, open) ?? interestingStage(execution)) : undefined;
  const unfold = (): void =>
    open ? onOpen(undefined) : onOpen(execution.id, interestingStage(execution)?.id ?? 'none');
  const running = !isComplete(execution.status);
  const waiting = pendingJudgments([execution]);
  const why = whyLine(execution);
  return (
    <article
      className="execution"
      data-open={open !== undefined}
      aria-label={`${execution.name}, ${triggerSentence(execution)}, ${lookWord(look)}`}
    >
      <div className="execution-row">
        <button
          type="button"
          className="execution-fold"
          aria-expanded={open !== undefined}
          aria-label={open ? 'Fold the details' : 'Show the details'}
          onClick={unfold}
        >
          {open ? <ChevronDownIcon size={16} aria-hidden /> : <ChevronRightIcon size={16} aria-hidden />}
        </button>
        <div className="execution-what">
          <Link
            className="execution-trigger plain"
            to="/applications/$application/executions/details/$executionId"
            params={{ application: execution.application, executionId: execution.id }}
            search={{}}
          >
            {listName(execution)}
          </Link>
          {marks}
          <div className="execution-who">
            {startedBy(execution)} · <Ago at={execution.startTime ?? execution.buildTime} />
          </div>
        </div>
        <StageBars
          execution={execution}
          selected={selected?.id}
          onSelect={(stage) => (selected?.id === stage.id ? onOpen(undefined) : onOpen(execution.id, stage.id))}
        />
        <div className="execution-state">
          <StatusText look={look} />
          <span className="execution-time">
            <Elapsed from={execution.startTime} to={execution.endTime} />
          </span>
        </div>
        <div className="execution-actions">
          {running ? (
            <Tooltip label="Cancel">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Cancel ${execution.name}`}
                onClick={() => setCancelling(true)}
              >
                <StopIcon size={14} />
              </ActionIcon>
            </Tooltip>
          ) : null}
          <Menu position="bottom-end" width={200}>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label="More about this execution">
                <MoreIcon size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<ExternalIcon size={15} />}
                renderRoot={(props) => (
                  <Link
                    to="/applications/$application/executions/details/$executionId"
                    params={{ application: execution.application, executionId: execution.id }}
                    search={{}}
                    {...props}
                  />
                )}
              >
                Open full page
              </Menu.Item>
              <Menu.Item
                leftSection={<JsonIcon size={15} />}
                renderRoot={(props) => (
                  <Link
                    to="/applications/$application/executions/details/$executionId"
                    params={{ application: execution.application, executionId: execution.id }}
                    search={{ tab: 'json' }}
                    {...props}
                  />
                )}
              >
                Show as JSON
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </div>
      {!open && why && waiting.length === 0 ? <p className="execution-why">{why}</p> : null}
      {!open && waiting.length > 0 ? (
        <div className="execution-judgments">
          {waiting.map((judgment) => (
            <Judgment key={judgment.stage.id} judgment={judgment} titled />
          ))}
        </div>
      ) : null}
      {open ? <ExecutionInspector execution={execution} stage={selected} /> : null}
      <CancelDialog execution={execution} opened={cancelling} onClose={() => setCancelling(false)} />
    </article>
  );
});
