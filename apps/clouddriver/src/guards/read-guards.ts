import { ServiceError } from '@gennaker/contracts/error';
import type { front50Api } from '@gennaker/contracts/front50';
import type { Client } from '@gennaker/contracts/route';
import { type TrafficGuard, trafficGuardsSchema } from '@gennaker/contracts/traffic-guards';
import { z } from 'zod';

/** Reads the guards of an application as they are now. @throws GuardsUnknown while front50 is away */
export type ReadGuards = (application: string) => Promise<readonly TrafficGuard[]>;

/** Nobody knows just now which guards there are. */
export class GuardsUnknown extends Error {
  constructor(application: string, why: string) {
    super(`the traffic guards of application ${application} cannot be read (${why})`);
    this.name = 'GuardsUnknown';
  }
}

const DEADLINE_MS = 5_000;
const storedSchema = z.looseObject({ trafficGuards: z.unknown().optional() });

/** Guards as front50 keeps them: an application that it does not know has none. */
export function guardsFrom(front50: Pick<Client<typeof front50Api>, 'getApplication'>): ReadGuards {
  return async (application) => {
    let stored: unknown;
    try {
      stored = await front50.getApplication({ params: { application } }, { deadlineMs: DEADLINE_MS });
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) return [];
      throw new GuardsUnknown(application, error instanceof Error ? error.message : String(error));
    }
    const guards = trafficGuardsSchema.safeParse(storedSchema.parse(stored).trafficGuards ?? []);
    if (guards.success) return guards.data;
    const [issue] = guards.error.issues;
    throw new Error(
      `The traffic guards of application ${application} say nothing that can be followed: trafficGuards.${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}. Correct them in the application's configuration.`,
    );
  };
}
