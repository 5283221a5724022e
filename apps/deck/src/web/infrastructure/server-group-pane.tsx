import { ActionIcon, Button, CloseButton, Tooltip } from '@mantine/core';
import type { Instance, ServerGroup } from '@gennaker/contracts/clouddriver';
import { ConsoleIcon } from '@gennaker/ui/icons';
import { healthLook, healthReason, healthWord } from '@gennaker/ui/instance-squares';
import { CopyText, Facts } from '@gennaker/ui/panels';
import { Chip, StatusText } from '@gennaker/ui/status';
import { text } from '@gennaker/ui/stage-ui';
import { Ago } from '@gennaker/ui/time';
import { useEffect, useState } from 'react';
import { ConsoleDialog } from './console-dialog.tsx';
import type { GroupAction } from './group-action-dialog.tsx';
import { GroupActionDialog } from './group-action-dialog.tsx';
import { SeenAt } from './seen-at.tsx';
import { imageOf, versionOf } from './version.ts';

interface PaneProps {
  readonly application: string;
  readonly group: ServerGroup;
  readonly instance: string | undefined;
  readonly onInstance: (id: string | undefined) => void;
  readonly onClose: () => void;
}

/** Everything about one server group, beside the list: facts, instances as a table, actions. */
export function ServerGroupPane({ application, group, instance, onInstance, onClose }: PaneProps) {
  const [action, setAction] = useState<GroupAction>();
  const [console, setConsole] = useState<Instance>();
  const busy = action !== undefined || console !== undefined;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !busy) onClose();
    };
    // Where dialogs listen too: a key press that closes one is over before the pane listens again.
    window.addEventListener('keydown', press, true);
    return () => window.removeEventListener('keydown', press, true);
  }, [onClose, busy]);
  const { capacity } = group;
  return (
    <aside className="pane" aria-label={`Server group ${group.name}`}>
      <header className="pane-head">
        <div style={{ minWidth: 0 }}>
          <h2 className="gk-mono">{group.name}</h2>
          <div className="pane-tags">
            {group.isDisabled ? (
              <Chip look="canceled">Disabled: gets no traffic</Chip>
            ) : (
              <Chip look="succeeded">Enabled</Chip>
            )}
          </div>
        </div>
        <CloseButton aria-label="Close" onClick={onClose} />
      </header>
      <div className="pane-actions">
        {group.isDisabled ? (
          <Button size="compact-sm" variant="default" onClick={() => setAction('enable')}>
            Enable
          </Button>
        ) : (
          <Button size="compact-sm" variant="default" onClick={() => setAction('disable')}>
            Disable
          </Button>
        )}
        <Button size="compact-sm" variant="default" c="var(--gk-failed)" onClick={() => setAction('destroy')}>
          Destroy
        </Button>
      </div>
      <section className="pane-section">
        <Facts
          of={[
            ['Version', versionOf(group)],
            [
              'Image',
              imageOf(group) ? (
                <span className="pane-copy">
                  <span className="gk-mono">{imageOf(group)}</span>
                  <CopyText text={imageOf(group)} label="Copy the image's name" />
                </span>
              ) : undefined,
            ],
            ['Account', group.account],
            ['Region', group.region],
            ['Zones', group.zones?.join(', ')],
            ['Instance type', text(group['instanceType'])],
            [
              'Capacity',
              capacity.min === capacity.max
                ? `${capacity.desired}`
                : `${capacity.desired} (${capacity.min} to ${capacity.max})`,
            ],
            ['Load balancers', group.loadBalancers.join(', ') || 'None'],
            ['Created', <Ago key="created" at={group.createdTime} />],
            ['', <SeenAt key="seen" at={group.seenAt} stale={group.stale} />],
          ]}
        />
      </section>
      <section className="pane-section">
        <h3 className="gk-section-title">Instances</h3>
        {group.instances.length === 0 ? <p className="gk-muted panel-none">It has none.</p> : null}
        <ul className="instances">
          {group.instances.map((each) => (
            <li key={each.id} data-selected={each.id === instance}>
              <button
                type="button"
                className="instance-open"
                aria-expanded={each.id === instance}
                onClick={() => onInstance(each.id === instance ? undefined : each.id)}
              >
                <span className="gk-mono">{each.name}</span>
                <StatusText look={healthLook(each.healthState)}>{healthWord(each.healthState)}</StatusText>
              </button>
              <Tooltip label="Serial console">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Serial console of ${each.name}`}
                  onClick={() => setConsole(each)}
                >
                  <ConsoleIcon size={15} />
                </ActionIcon>
              </Tooltip>
              {each.id === instance ? (
                <div className="instance-facts">
                  <Facts
                    of={[
                      ['Why', healthReason(each)],
                      ['Address', each.ips?.join(', ')],
                      ['Zone', each.zone],
                      ['Started', each.launchTime ? <Ago at={each.launchTime} /> : undefined],
                    ]}
                  />
                </div>
              ) : null}
            </li>
          ))}
        </ul>
      </section>
      {action ? (
        <GroupActionDialog
          application={application}
          group={group}
          action={action}
          onClose={() => setAction(undefined)}
        />
      ) : null}
      {console ? <ConsoleDialog group={group} instance={console} onClose={() => setConsole(undefined)} /> : null}
    </aside>
  );
}
