import { Tooltip } from '@mantine/core';
import type { HealthState, Instance } from '@gennaker/contracts/clouddriver';
import { z } from 'zod';
import type { Icon } from './icons.tsx';
import { CheckIcon, CloseIcon, DownIcon, HourglassIcon, MinusIcon, UncheckedIcon } from './icons.tsx';
import type { Look } from './status.tsx';

const HEALTH: Readonly<Record<HealthState, { look: Look; word: string; icon: Icon }>> = {
  Up: { look: 'succeeded', word: 'Up', icon: CheckIcon },
  Succeeded: { look: 'succeeded', word: 'Succeeded', icon: CheckIcon },
  Down: { look: 'failed', word: 'Down', icon: CloseIcon },
  Failed: { look: 'failed', word: 'Failed', icon: CloseIcon },
  Starting: { look: 'running', word: 'Starting', icon: HourglassIcon },
  Draining: { look: 'paused', word: 'Draining', icon: DownIcon },
  OutOfService: { look: 'system', word: 'Out of service', icon: MinusIcon },
  Unknown: { look: 'waiting', word: 'Not checked', icon: UncheckedIcon },
};

/** Look of a health state. */
export function healthLook(state: HealthState): Look {
  return HEALTH[state].look;
}

/** Words of a health state. */
export function healthWord(state: HealthState): string {
  return HEALTH[state].word;
}

/** Words of who says something about an instance's health. */
export function healthSourceWords(type: string): string {
  return HEALTH_SOURCES[type] ?? type;
}

/** Why an instance has its health: its own reason, else what its health sources said. */
export function healthReason(instance: Instance): string {
  if (instance.reason) return instance.reason.summary;
  // A platform that merely runs it says nothing about whether it serves.
  if (instance.healthState === 'Unknown' && instance.health.every(({ state }) => state === 'Unknown'))
    return 'It runs; no health check looks at it';
  const decisive = instance.health.filter(({ state }) => state === instance.healthState).flatMap(saidBy);
  if (decisive.length > 0) return [...new Set(decisive)].join('; ');
  const said = instance.health
    .filter(({ state }) => state !== 'Unknown')
    .map(({ type, state }) => `${healthSourceWords(type)} says ${healthWord(state).toLowerCase()}`);
  return said.join('; ') || 'No health check has reported on it yet';
}

const balancersSchema = z.array(
  z.looseObject({ loadBalancerName: z.string().optional(), description: z.string().optional() }),
);

/** The sentences of a health source: its own, or those of each load balancer. */
export function saidBy(source: Instance['health'][number]): string[] {
  const balancers = balancersSchema.safeParse(source['loadBalancers']);
  const said = (balancers.data ?? []).flatMap(({ loadBalancerName, description }) =>
    description ? [loadBalancerName ? `${loadBalancerName}: ${description}` : description] : [],
  );
  return said.length > 0 ? said : source.description ? [source.description] : [];
}

/** Names of health sources, in words. */
const HEALTH_SOURCES: Readonly<Record<string, string>> = { LoadBalancer: 'The load balancer', Google: 'The cloud' };

/** One square per instance, by name; hover or focus tells its health and why, a click opens it. */
export function InstanceSquares({
  instances,
  disabled = false,
  onSelect,
}: {
  readonly instances: readonly Instance[];
  readonly disabled?: boolean;
  readonly onSelect: (instance: Instance) => void;
}) {
  const sorted = instances.toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <div className="gk-squares" data-disabled={disabled}>
      {sorted.map((instance) => {
        const { look, word, icon: Glyph } = HEALTH[instance.healthState];
        const reason = healthReason(instance);
        return (
          <Tooltip
            key={instance.id}
            multiline
            maw={360}
            events={{ hover: true, focus: true, touch: true }}
            label={
              <div>
                <div style={{ fontWeight: 600 }}>
                  {instance.name} · {word}
                </div>
                <div style={{ opacity: 0.85 }}>{reason}</div>
                {instance.zone ? <div style={{ opacity: 0.7 }}>{instance.zone}</div> : null}
              </div>
            }
          >
            <button
              type="button"
              className="gk-square gk-tone"
              data-look={look}
              aria-label={`${instance.name}: ${word}. ${reason}`}
              onClick={(event) => {
                event.stopPropagation();
                onSelect(instance);
              }}
            >
              <span>
                <Glyph size={11} strokeWidth={3} aria-hidden />
              </span>
            </button>
          </Tooltip>
        );
      })}
    </div>
  );
}
