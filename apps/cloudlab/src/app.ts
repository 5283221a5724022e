import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DEBIAN_12_NODEJS, seedBaseImage } from '@gennaker/cloudlab/base-image';
import { systemClock } from '@gennaker/cloudlab/clock';
import { Cloudlab } from '@gennaker/cloudlab/cloud';
import type { PublicImage } from '@gennaker/cloudlab/cloud';
import { ProcessRuntime } from '@gennaker/cloudlab/process-runtime';
import { stateFile } from '@gennaker/cloudlab/state-file';
import { socketDataPlane } from '@gennaker/cloudlab/socket-data-plane';
import type { Config } from './config.ts';
import { serve } from './http.ts';

/** A cloud that is up. */
export interface RunningCloudlab {
  readonly url: string;
  readonly cloud: Cloudlab;
  /** Stops accepting, ends instances (each has `graceMs`), writes the state. */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 3000;

/**
 * Starts the cloud: process runtime, data plane, state file, HTTP server.
 * @param log told what is worth a line
 * @throws Error when the port is taken or the state cannot be read
 */
export async function startCloudlab(config: Config, log: (line: string) => void): Promise<RunningCloudlab> {
  await mkdir(config.folder, { recursive: true });
  const runtime = new ProcessRuntime(config.folder, systemClock);
  await runtime.prepare();
  const cloud = new Cloudlab({
    clock: systemClock,
    runtime,
    dataPlane: socketDataPlane(systemClock),
    persistence: stateFile(join(config.folder, 'state.json'), log),
    seed: config.folder,
    addressPrefix: config.addressPrefix,
    baseUrl: `http://${config.host}:${config.port}`,
    operationLatencyMs: config.operationLatencyMs,
    publicImages: await publicImages(runtime, config, log),
  });
  const server = serve((request) => cloud.handle(request));
  server.listen(config.port, config.host);
  await once(server, 'listening').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `cloudlab cannot listen on ${config.host}:${config.port} (${why}). End what uses the port, or choose another --offset.`,
    );
  });
  await cloud.start();
  const url = `http://${config.host}:${config.port}`;
  log(`cloudlab serves the Compute API at ${url}/compute/v1, instances live in ${config.addressPrefix}.0.0/16`);
  return {
    url,
    cloud,
    async close(graceMs = GRACE_MS) {
      server.close();
      await cloud.close(graceMs);
      server.closeAllConnections();
    },
  };
}

async function publicImages(
  runtime: ProcessRuntime,
  config: Config,
  log: (line: string) => void,
): Promise<PublicImage[]> {
  try {
    return [await seedBaseImage(runtime.images, config.baseImages, DEBIAN_12_NODEJS)];
  } catch (cause) {
    log(
      `The base image ${DEBIAN_12_NODEJS.name} is not in ${config.baseImages} (${cause instanceof Error ? cause.message : String(cause)}). ` +
        'Bakes on it will not find it; make it with apps/cloudlab/src/base-image.ts and start again.',
    );
    return [];
  }
}
