import { Button, Checkbox } from '@mantine/core';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { capacityWords } from '@gennaker/ui/capacity-words';
import { healthLook, healthWord } from '@gennaker/ui/instance-squares';
import { CopyText, Facts } from '@gennaker/ui/panels';
import { Chip, StatusText } from '@gennaker/ui/status';
import { object, strings, text } from '@gennaker/ui/stage-ui';
import { Ago } from '@gennaker/ui/time';
import { useState } from 'react';
import { useCan } from '../queries/accounts.ts';
import { useChangeRefusal } from '../queries/change-refusal.ts';
import { RollbackDialog } from '../undo/rollback-dialog.tsx';
import { useDialogHolder } from './dialog-holder.tsx';
import { inWords } from './differences.ts';
import type { InstancePlace } from './instance-deeds.ts';
import { instanceDeeds } from './instance-deeds.ts';
import { DeedButtons, Pane, PaneSection } from './pane.tsx';
import { SeenAt } from './seen-at.tsx';
import { serverGroupDeeds } from './server-group-deeds.ts';
import { GroupTrouble } from './trouble.tsx';
import { imageOf, versionOf } from './version.ts';

interface PaneProps {
  readonly application: string;
  readonly group: ServerGroup;
  readonly onInstance: (id: string) => void;
  readonly onClose: () => void;
}

/** Everything about one server group, beside the list: what can be done, facts, policies, its instances. */
export function ServerGroupPane({ application, group, onInstance, onClose }: PaneProps) {
  const can = useCan();
  return (
    <Pane
      application={application}
      label={`Server group ${group.name}`}
      title={group.name}
      tags={
        group.isDisabled ? (
          <Chip look="canceled">Disabled: gets no traffic</Chip>
        ) : (
          <Chip look="succeeded">Enabled</Chip>
        )
      }
      actions={group.isDisabled ? null : <RollbackButton application={application} group={group} />}
      deeds={serverGroupDeeds(group, can)}
      onClose={onClose}
    >
      <div className="pane-notes">
        <GroupTrouble group={group} />
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
            ['Capacity', capacityWords(group.capacity)],
            ['Load balancers', group.loadBalancers.join(', ') || 'None'],
            ['Firewalls', strings(group['securityGroups']).join(', ')],
            ['Network tags', strings(group['tags']).join(', ')],
            ['Created', <Ago key="created" at={group.createdTime} />],
            ['', <SeenAt key="seen" at={group.seenAt} stale={group.stale} />],
          ]}
        />
      </section>
      <Policies group={group} />
      <Instances key={group.name} application={application} group={group} onInstance={onInstance} />
    </Pane>
  );
}

function RollbackButton({ application, group }: Pick<PaneProps, 'application' | 'group'>) {
  const show = useDialogHolder();
  const refused = useChangeRefusal(application) !== undefined;
  return (
    <Button
      size="compact-sm"
      variant="default"
      disabled={refused}
      onClick={() =>
        show((onClose) => <RollbackDialog application={application} subject={{ group }} onClose={onClose} />)
      }
    >
      Roll back
    </Button>
  );
}

/** When it grows and shrinks, and when instances are made anew. */
function Policies({ group }: { readonly group: ServerGroup }) {
  const scaling = object(group['autoscalingPolicy']);
  const healing = object(group['autoHealingPolicy']);
  const known = Object.keys(scaling).length > 0 || Object.keys(healing).length > 0;
  if (!known) return null;
  const { minNumReplicas, maxNumReplicas, cpuUtilization, coolDownPeriodSec, mode } = scaling;
  const cpu = object(cpuUtilization)['utilizationTarget'];
  return (
    <PaneSection title="Policies">
      <Facts
        of={[
          [
            'Autoscaling',
            Object.keys(scaling).length > 0 ? `${inWords(minNumReplicas)} to ${inWords(maxNumReplicas)}` : undefined,
          ],
          ['Mode', text(mode)],
          ['Processor use', typeof cpu === 'number' ? `${Math.round(cpu * 100)} %` : undefined],
          ['Schedules', schedulesInWords(scaling['scalingSchedules'])],
          ['Start-up time', typeof coolDownPeriodSec === 'number' ? `${coolDownPeriodSec} s` : undefined],
          ['Autohealing', text(healing['healthCheck'])],
          [
            'Not before',
            typeof healing['initialDelaySec'] === 'number' ? `${healing['initialDelaySec']} s` : undefined,
          ],
        ]}
      />
    </PaneSection>
  );
}

/** `office: at least 5 from 0 8 * * MON-FRI (Europe/Berlin) on for 60 min`, for each; undefined without any. */
function schedulesInWords(schedules: unknown): string | undefined {
  const words = Object.entries(object(schedules)).map(([name, schedule]) => {
    const { minRequiredReplicas, schedule: starts, timeZone, durationSec, disabled } = object(schedule);
    const when = `${text(starts)} (${text(timeZone) || 'UTC'}) on for ${Math.round(Number(durationSec) / 60)} min`;
    return `${name}: ${disabled === true ? 'disabled' : `at least ${inWords(minRequiredReplicas)} from ${when}`}`;
  });
  return words.length > 0 ? words.join('; ') : undefined;
}

/** Its instances: one opens, several are chosen for one deed. */
function Instances({ application, group, onInstance }: Pick<PaneProps, 'application' | 'group' | 'onInstance'>) {
  const can = useCan();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  // An instance that is gone meanwhile is chosen no more.
  const chosen = group.instances.filter(({ id }) => marked.has(id));
  const places = chosen.map(({ id, zone }): InstancePlace => ({
    cloudProvider: group.cloudProvider,
    account: group.account,
    region: group.region,
    id,
    zone,
    serverGroup: group.name,
  }));
  const mark = (id: string, on: boolean): void =>
    setMarked(new Set(on ? [...marked, id] : [...marked].filter((each) => each !== id)));
  return (
    <PaneSection title="Instances">
      {group.instances.length === 0 ? <p className="gk-muted panel-none">It has none.</p> : null}
      {group.instances.length > 1 ? (
        <div className="marked" role="group" aria-label="Chosen instances">
          <Checkbox
            size="xs"
            label={chosen.length === 0 ? 'All' : `${chosen.length} of ${group.instances.length}`}
            checked={chosen.length === group.instances.length}
            indeterminate={chosen.length > 0 && chosen.length < group.instances.length}
            onChange={(event) =>
              setMarked(new Set(event.currentTarget.checked ? group.instances.map(({ id }) => id) : []))
            }
          />
          {chosen.length > 0 ? <DeedButtons application={application} deeds={instanceDeeds(places, can)} /> : null}
        </div>
      ) : null}
      <ul className="instances">
        {group.instances.map((each) => (
          <li key={each.id}>
            <Checkbox
              size="xs"
              aria-label={`Choose ${each.name}`}
              checked={marked.has(each.id)}
              onChange={(event) => mark(each.id, event.currentTarget.checked)}
            />
            <button type="button" className="instance-open" onClick={() => onInstance(each.id)}>
              <span className="gk-mono">{each.name}</span>
              <StatusText look={healthLook(each.healthState)}>{healthWord(each.healthState)}</StatusText>
            </button>
          </li>
        ))}
      </ul>
    </PaneSection>
  );
}
