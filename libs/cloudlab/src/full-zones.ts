import { findZone, zonesOf } from './locations.ts';

/** Code of an instance that its zone has no room for. */
export const ZONE_FULL = 'ZONE_RESOURCE_POOL_EXHAUSTED';
const OVER_QUOTA = 'QUOTA_EXCEEDED';

/** Whether an instance could not be made for want of room or quota. */
export function isShortage(code: string): boolean {
  return code === ZONE_FULL || code === OVER_QUOTA;
}

/** Zones that had no room lately, which are left alone where there is a choice. */
export class FullZones {
  readonly #restMs: number;
  /** The moment from which each may be tried again. */
  readonly #until = new Map<string, number>();

  /** @param restMs how long a zone is left alone */
  constructor(restMs: number) {
    this.#restMs = restMs;
  }

  /** Takes up why an instance could not be made: a zone is full, a quota fills all zones of its region. */
  failed(code: string, zone: string, now: number): void {
    const until = now + this.#restMs;
    if (code === ZONE_FULL) this.#until.set(zone, until);
    if (code !== OVER_QUOTA) return;
    for (const { name } of zonesOf(findZone(zone)?.region ?? '')) this.#until.set(name, until);
  }

  /** Those that are to be left alone now. */
  at(now: number): ReadonlySet<string> {
    return new Set([...this.#until].filter(([, until]) => until > now).map(([zone]) => zone));
  }
}
