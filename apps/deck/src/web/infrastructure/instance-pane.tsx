import { Button, Skeleton } from '@mantine/core';
import type { Instance } from '@gennaker/contracts/clouddriver';
import { ConsoleIcon } from '@gennaker/ui/icons';
import { healthLook, healthReason, healthSourceWords, healthWord, saidBy } from '@gennaker/ui/instance-squares';
import { LogView } from '@gennaker/ui/log-view';
import { CopyText, ErrorPanel, Facts, JsonBlock } from '@gennaker/ui/panels';
import { object, strings } from '@gennaker/ui/stage-ui';
import { StatusText } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { useState } from 'react';
import { useCan } from '../queries/accounts.ts';
import { readConsole, useInstance } from '../queries/infrastructure.ts';
import type { InstancePlace } from './instance-deeds.ts';
import { instanceDeeds } from './instance-deeds.ts';
import { Pane, PaneSection } from './pane.tsx';
import { SeenAt } from './seen-at.tsx';
import type { Freshness } from './trouble.tsx';
import { StaleNote } from './trouble.tsx';

/** Everything about one instance: what can be done, health by source, addresses, metadata, its serial console as it grows. */
export function InstancePane({
  application,
  place,
  known,
  seen,
  onGroup,
  onClose,
}: {
  readonly application: string;
  readonly place: InstancePlace;
  /** What a list told of it already. */
  readonly known: Instance | undefined;
  /** When the cloud last showed it. */
  readonly seen: Freshness & { readonly seenAt: number };
  /** Shows its server group instead. */
  readonly onGroup?: () => void;
  readonly onClose: () => void;
}) {
  const can = useCan();
  const found = useInstance(place.account, place.region, place.id);
  const [console, setConsole] = useState(false);
  const instance = found.data ?? known;
  return (
    <Pane
      application={application}
      label={`Instance ${place.id}`}
      title={place.id}
      tags={
        instance ? (
          <StatusText look={healthLook(instance.healthState)}>{healthWord(instance.healthState)}</StatusText>
        ) : null
      }
      deeds={instance ? instanceDeeds([place], can) : []}
      actions={
        <>
          {onGroup ? (
            <Button size="compact-sm" variant="default" onClick={onGroup}>
              Server group
            </Button>
          ) : null}
          {can(place.account, 'console') ? (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<ConsoleIcon size={14} />}
              aria-expanded={console}
              onClick={() => setConsole(!console)}
            >
              Serial console
            </Button>
          ) : null}
        </>
      }
      onClose={onClose}
    >
      {console ? (
        <section className="pane-section">
          <LogView
            id={`${place.account}/${place.region}/${place.id}`}
            title={`Serial console of ${place.id}`}
            read={(offset, signal) => readConsole(place, offset, signal)}
          />
        </section>
      ) : null}
      <div className="pane-notes">
        <StaleNote of={seen} />
        {found.isError ? <ErrorPanel title="The instance could not be read" error={found.error} /> : null}
      </div>
      {instance ? (
        <InstanceFacts instance={instance} place={place} seen={seen} />
      ) : found.isError ? null : (
        <Skeleton height={120} m="md" />
      )}
    </Pane>
  );
}

function InstanceFacts({
  instance,
  place,
  seen,
}: {
  readonly instance: Instance;
  readonly place: InstancePlace;
  readonly seen: Freshness & { readonly seenAt: number };
}) {
  const address = instance.ips?.join(', ') ?? '';
  const metadata = object(instance['metadata']);
  return (
    <>
      <section className="pane-section">
        <Facts
          of={[
            ['Why', healthReason(instance)],
            [
              'Address',
              address ? (
                <span className="pane-copy">
                  <span className="gk-mono">{address}</span>
                  <CopyText text={address} label="Copy the address" />
                </span>
              ) : undefined,
            ],
            ['Server group', place.serverGroup],
            ['Account', place.account],
            ['Zone', instance.zone],
            ['Started', instance.launchTime ? <Ago at={instance.launchTime} /> : undefined],
            ['Network tags', strings(instance['tags']).join(', ')],
            ['', <SeenAt key="seen" at={seen.seenAt} stale={seen.stale} />],
          ]}
        />
      </section>
      <PaneSection title="Health">
        <Facts
          of={instance.health.map(
            (source) =>
              [
                healthSourceWords(source.type),
                <span key={source.type}>
                  {healthWord(source.state)}
                  <span className="gk-muted">{saidBy(source).map((sentence) => `; ${sentence}`)}</span>
                </span>,
              ] as const,
          )}
        />
      </PaneSection>
      {Object.keys(metadata).length > 0 ? (
        <PaneSection title="Metadata">
          <JsonBlock value={metadata} label="Metadata" />
        </PaneSection>
      ) : null}
    </>
  );
}
