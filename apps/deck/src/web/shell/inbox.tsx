import { ActionIcon, Indicator, Popover, ScrollArea, Tooltip } from '@mantine/core';
import { InboxIcon } from '@gennaker/ui/icons';
import { Ago } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { judgmentRules, mayJudge } from '../executions/judgment-rules.ts';
import { Judgment } from '../executions/judgment.tsx';
import { pendingJudgments, useRunning } from '../queries/executions.ts';
import { useMe } from '../queries/people.ts';

/** Judgments that wait for a person, in all applications; answered where they are listed. */
export function InboxButton() {
  const { executions } = useRunning();
  const me = useMe().data;
  // What others have to answer is no business of this inbox; while it is not known who asks, all is shown.
  const waiting = pendingJudgments(executions).filter(
    ({ stage }) => !me || mayJudge(judgmentRules(stage), { roles: me.roles, admin: me.isAdmin }),
  );
  const [open, setOpen] = useState(false);
  const count = waiting.length;
  useEffect(() => {
    document.title = count > 0 ? `(${count}) Gennaker` : 'Gennaker';
  }, [count]);
  const words = count === 0 ? 'Inbox: nothing waits for you' : `Inbox: ${count} waiting for approval`;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={400} offset={10} shadow="lg" trapFocus>
      <Popover.Target>
        <Tooltip label={words} disabled={open}>
          <Indicator
            disabled={count === 0}
            label={count}
            size={16}
            offset={6}
            color="var(--gk-person)"
            classNames={{ indicator: 'inbox-count' }}
          >
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              data-inbox
              aria-label={words}
              onClick={() => setOpen(!open)}
            >
              <InboxIcon size={17} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <div className="inbox-head">Waiting for approval</div>
        {count === 0 ? (
          <p className="inbox-none">Nothing waits for you. Manual judgments of running pipelines appear here.</p>
        ) : (
          <ScrollArea.Autosize mah={520} type="auto">
            {waiting.map((judgment) => (
              <section key={judgment.stage.id} className="inbox-item">
                <div className="inbox-title">
                  <Link
                    to="/applications/$application/executions"
                    params={{ application: judgment.execution.application }}
                    search={{ execution: judgment.execution.id, stage: judgment.stage.id }}
                    onClick={() => setOpen(false)}
                  >
                    {judgment.execution.application} · {judgment.execution.name}
                  </Link>
                  <span className="gk-muted">
                    {judgment.stage.startTime ? <Ago at={judgment.stage.startTime} /> : null}
                  </span>
                </div>
                <Judgment judgment={judgment} titled />
              </section>
            ))}
          </ScrollArea.Autosize>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
