import { notFound } from '@gennaker/contracts/error';
import { type BakeRequest, bakeRequestSchema, type roscoApi } from '@gennaker/contracts/rosco';
import type { Client } from '@gennaker/contracts/route';
import type { SimulatedCloud } from './simulated-cloud.ts';
import { unsupported } from './unsupported.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How long a simulated bake takes unless it is told otherwise, ms. */
const BAKE_MS = 90_000;

interface BakeRun {
  readonly id: string;
  readonly image: string;
  readonly callback: { executionId: string; stageId: string } | undefined;
  state: 'RUNNING' | 'COMPLETED' | 'CANCELED';
  failure?: string;
}

/** Rosco of one simulation: a bake takes its time and leaves an image in the simulated cloud. */
export class SimulatedBakery {
  readonly #cloud: SimulatedCloud;
  readonly #time: VirtualTime;
  readonly #wake: (executionId: string, stageId: string) => void;
  readonly #bakes = new Map<string, BakeRun>();
  /** How long a bake takes, ms. */
  durationMs = BAKE_MS;
  /** Set: every bake fails with this sentence. */
  failure: string | undefined;

  constructor(cloud: SimulatedCloud, time: VirtualTime, wake: (executionId: string, stageId: string) => void) {
    this.#cloud = cloud;
    this.#time = time;
    this.#wake = wake;
  }

  /** What the bake stage calls. */
  readonly client: Client<typeof roscoApi> = unsupported<Client<typeof roscoApi>>('rosco', {
    createBake: async ({ body }) => {
      const request = bakeRequestSchema.parse(body);
      const image = imageName(request);
      const known = [...this.#bakes.values()].find((bake) => bake.image === image && bake.state !== 'CANCELED');
      return this.#status(known?.id ?? this.#start(image, request));
    },
    bakeStatus: async ({ params }) => this.#status(params.id),
    getBake: async ({ params }) => {
      const { id, image } = this.#bake(params.id);
      const reference = `projects/simulated/global/images/${image}`;
      return { id, ami: image, image_name: image, artifacts: [{ type: 'gce/image', name: image, reference }] };
    },
    cancelBake: async ({ params }) => {
      this.#bake(params.id).state = 'CANCELED';
      return this.#status(params.id);
    },
  });

  #start(image: string, request: BakeRequest): string {
    const id = `bake-${this.#bakes.size + 1}`;
    const run: BakeRun = { id, image, callback: request.callback, state: 'RUNNING' };
    this.#bakes.set(id, run);
    void this.#time.work(async () => {
      await this.#time.sleep(this.durationMs);
      if (run.state === 'CANCELED') return;
      if (this.failure === undefined) await this.#cloud.makeImage(image);
      else run.failure = this.failure;
      run.state = 'COMPLETED';
      if (run.callback) this.#wake(run.callback.executionId, run.callback.stageId);
    });
    return id;
  }

  #bake(id: string): BakeRun {
    const bake = this.#bakes.get(id);
    if (!bake) throw notFound(`There is no bake ${id}`);
    return bake;
  }

  #status(id: string) {
    const { state, failure } = this.#bake(id);
    return {
      id,
      resource_id: id,
      state,
      ...(state === 'COMPLETED' ? { result: failure === undefined ? ('SUCCESS' as const) : ('FAILURE' as const) } : {}),
      ...(failure === undefined ? {} : { reason: { summary: failure } }),
    };
  }
}

/** A name that the cloud takes: lower case, digits and hyphens, at most 63 characters. */
function imageName(request: BakeRequest): string {
  const wanted = request.ami_name ?? `${request.package}-${request.ami_suffix ?? 'test'}`;
  return wanted
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
}
