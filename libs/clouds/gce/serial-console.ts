import type { ConsolePiece } from '@gennaker/extension-sdk/cloud';
import { z } from 'zod';
import type { Compute } from './compute.ts';
import { failedAs } from './errors.ts';
import { findInstance } from './groups.ts';
import { lastPart } from './resources.ts';

/** Zones that are remembered; whoever follows a console asks each second, and finding a zone takes a list. */
const REMEMBERED = 500;

// Compute writes 64-bit numbers as texts.
const outputSchema = z.looseObject({
  contents: z.string().nullish(),
  start: z.coerce.number().default(0),
  next: z.coerce.number().default(0),
});

/** The serial consoles of an account's instances. */
export function serialConsole(compute: Compute) {
  const zones = new Map<string, string>();

  const zoneOf = async (region: string, id: string): Promise<string | undefined> => {
    const key = `${region}/${id}`;
    const found = await findInstance(compute, region, id);
    const zone = found ? lastPart(found.zone) : undefined;
    const [oldest] = zones.keys();
    if (zones.size >= REMEMBERED && oldest !== undefined) zones.delete(oldest);
    if (zone !== undefined) zones.set(key, zone);
    return zone;
  };
  const output = (zone: string, instance: string, start: number) =>
    compute.get('Instances', 'getSerialPortOutput', { zone, instance, start }, outputSchema);

  /** @see CloudCapabilities.console */
  const read = async (region: string, id: string, start = 0): Promise<ConsolePiece | null> => {
    const key = `${region}/${id}`;
    const remembered = zones.get(key);
    const zone = remembered ?? (await zoneOf(region, id));
    if (zone === undefined) return null;
    try {
      const found = await output(zone, id, start);
      // A place that is not reached any more is one of an earlier console, as before the instance was made anew.
      const anew = start > 0 && (found.next < start || found.start < start);
      const piece = anew ? await output(zone, id, 0) : found;
      return { output: piece.contents ?? '', start: piece.start, next: piece.next };
    } catch (error) {
      if (!failedAs(error, 'notFound')) throw error;
      zones.delete(key);
      return remembered === undefined ? null : read(region, id, start);
    }
  };
  return { read };
}
