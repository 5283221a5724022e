import { join, resolve } from 'node:path';
import { z } from 'zod';

const environment = z.object({
  GENNAKER_DATA: z.string().min(1).default('.gennaker/data'),
  GENNAKER_OFFSET: z.coerce.number().int().min(0).max(50_000).default(0),
  GENNAKER_BASE_IMAGES: z.string().min(1).default('.gennaker/base-images'),
  CLOUDLAB_OPERATION_LATENCY_MS: z.coerce.number().min(0).max(3_600_000).default(300),
});

/** How this cloud is set up. */
export interface Config {
  /** Folder of state, images, instances and staging. */
  readonly folder: string;
  readonly baseImages: string;
  readonly host: string;
  readonly port: number;
  /** First two octets of the address pool. */
  readonly addressPrefix: string;
  readonly operationLatencyMs: number;
}

/**
 * Reads the configuration.
 * @throws Error naming the variable that is wrong
 */
export function configFrom(variables: Readonly<Record<string, string | undefined>>): Config {
  const read = environment.safeParse(variables);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw new Error(`The environment variable ${String(issue?.path[0])} cannot be used: ${issue?.message ?? ''}.`);
  }
  const { GENNAKER_DATA, GENNAKER_OFFSET, GENNAKER_BASE_IMAGES, CLOUDLAB_OPERATION_LATENCY_MS } = read.data;
  return {
    folder: join(resolve(GENNAKER_DATA), 'cloudlab'),
    baseImages: resolve(GENNAKER_BASE_IMAGES),
    host: '127.0.0.1',
    port: 8099 + GENNAKER_OFFSET,
    addressPrefix: `127.${64 + (GENNAKER_OFFSET % 64)}`,
    operationLatencyMs: CLOUDLAB_OPERATION_LATENCY_MS,
  };
}
