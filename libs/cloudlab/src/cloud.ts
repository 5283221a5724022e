import { Autoscaling } from './autoscaling.ts';
import type { Clock } from './clock.ts';
import type { Lab } from './collection.ts';
import { storeResource } from './collection.ts';
import { answerCompute } from './compute-api.ts';
import { CpuMeter } from './cpu-meter.ts';
import type { DataPlane } from './data-plane.ts';
import { makeDisk } from './disks.ts';
import { Faults } from './faults.ts';
import { Fleet } from './fleet.ts';
import { openRule } from './forwarding-rules.ts';
import { deleteGroup } from './group-managers.ts';
import { makeImage, pruneImages, sizeGb } from './images.ts';
import { mountDisk, unmountDisk } from './instance-attachments.ts';
import { placement } from './instance-document.ts';
import { answerLab } from './lab-api.ts';
import type { LabRequest, LabResponse } from './message.ts';
import { answerMetadata } from './metadata-api.ts';
import { answerMonitoring } from './monitoring-api.ts';
import { dropSubnetworks, makeSubnetworks, seedNetwork } from './networks.ts';
import { Operations } from './operations.ts';
import { globalScope } from './path.ts';
import { CloudProblem, OperationFailure, notFound } from './problem.ts';
import type { Runtime } from './runtime.ts';
import { makeSnapshot } from './snapshots.ts';
import type { OperationWork, StatePersistence } from './store.ts';
import { Store } from './store.ts';
import { Traffic } from './traffic.ts';

/** An image that every project has from the start. */
export interface PublicImage {
  readonly name: string;
  readonly family: string;
  readonly description: string;
  /** Content digest in the image store. */
  readonly digest: string;
  readonly bytes: number;
}

/** What a cloud is made of. */
export interface CloudlabOptions {
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly dataPlane: DataPlane;
  readonly persistence: StatePersistence;
  /** Makes generated names repeatable. */
  readonly seed: string;
  /** First two octets of the address pool, e.g. `127.64`. */
  readonly addressPrefix: string;
  /** Where instances reach this cloud, e.g. `http://127.0.0.1:8099`. */
  readonly baseUrl: string;
  readonly operationLatencyMs: number;
  readonly publicImages: readonly PublicImage[];
}

/** The local cloud: a Compute API model over a runtime. It has no sockets of its own; `handle` is its only door. */
export class Cloudlab {
  readonly lab: Lab;
  readonly #publicImages: readonly PublicImage[];
  readonly #projects = new Set<string>();

  constructor(options: CloudlabOptions) {
    const { clock, runtime } = options;
    const store = new Store(options.persistence, options.seed);
    const faults = new Faults();
    const cpu = new CpuMeter(store, clock, runtime);
    const traffic = new Traffic(store, clock, runtime, options.dataPlane, (path) => cpu.utilization(path));
    const place = placement(options.addressPrefix, options.baseUrl);
    const fleet = new Fleet(store, clock, runtime, traffic, faults, place);
    const autoscaling = new Autoscaling(store, clock, fleet, traffic, cpu);
    const operations = new Operations(store, clock, faults, options.operationLatencyMs, (work) => this.#work(work));
    this.lab = { store, clock, runtime, traffic, operations, fleet, autoscaling, faults, placement: place };
    this.#publicImages = options.publicImages;
  }

  /** Brings back what the state says: instances boot, load balancers listen, unfinished operations finish. */
  async start(): Promise<void> {
    for (const path of Object.keys(this.lab.store.state.resources)) {
      const project = path.split('/')[1];
      if (project !== undefined) this.#welcome(project);
    }
    this.lab.fleet.resume();
    await this.lab.traffic.refresh();
    this.lab.operations.resume();
    this.lab.autoscaling.wake();
  }

  /** Answers one request, once what it changed is written. Never rejects: what goes wrong is an error document. */
  async handle(request: LabRequest): Promise<LabResponse> {
    const { store } = this.lab;
    const before = store.changes;
    try {
      const answer = await this.#answer(request);
      if (request.method !== 'GET' && store.changes !== before) await store.written();
      return answer;
    } catch (cause) {
      if (cause instanceof CloudProblem) return { status: cause.status, body: cause.toBody() };
      const message = cause instanceof Error ? cause.message : String(cause);
      if (cause instanceof OperationFailure)
        return { status: 400, body: new CloudProblem(400, 'invalid', message).toBody() };
      return { status: 500, body: new CloudProblem(500, 'backendError', message).toBody() };
    }
  }

  /** Stops instances, giving each up to `graceMs`, and writes the state. */
  async close(graceMs: number): Promise<void> {
    this.lab.autoscaling.close();
    this.lab.fleet.close();
    await this.lab.runtime.close(graceMs);
    await this.lab.traffic.close();
    this.lab.store.flush();
  }

  async #answer(request: LabRequest): Promise<LabResponse> {
    const parts = request.path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    const [first, second] = parts;
    if (first === 'lab' && second === 'v1') return answerLab(this.lab, this.#publicImages, request, parts.slice(2));
    if (first === 'metadata' && second !== undefined) return answerMetadata(this.lab, request, second, parts.slice(2));
    if (first === 'compute' && second === 'v1' && parts[2] === 'projects' && parts[3] !== undefined) {
      this.lab.faults.request(request.method, request.path, this.lab.clock.now());
      const project = parts[3];
      if (!/^[a-z][-a-z0-9:.]{0,62}$/.test(project)) throw notFound(`projects/${project}`);
      this.#welcome(project);
      return answerCompute(this.lab, request, project, parts.slice(4));
    }
    if (first === 'v3' && second === 'projects' && parts[2] !== undefined) {
      this.lab.faults.request(request.method, request.path, this.lab.clock.now());
      return answerMonitoring(this.lab, request, parts[2], parts.slice(3));
    }
    throw new CloudProblem(
      404,
      'notFound',
      `There is nothing at ${request.path}; the Compute API is below /compute/v1/projects/, Cloud Monitoring below /v3/projects/.`,
    );
  }

  /** A project exists from its first mention on, with a default network and the public images. */
  #welcome(project: string): void {
    if (this.#projects.has(project)) return;
    this.#projects.add(project);
    seedNetwork(this.lab, project);
    const scope = globalScope(project);
    for (const { name, family, description, digest, bytes } of this.#publicImages) {
      const path = `${scope.path}/images/${name}`;
      const known = this.lab.store.get('images', path);
      if (known?.digest === digest) continue;
      const fields = {
        name,
        family,
        description,
        sourceType: 'RAW',
      };
      storeResource(this.lab, path, { name: 'images', kind: 'compute#image' }, scope, fields);
      const image = this.lab.store.get('images', path);
      if (image === undefined) continue;
      const size = { archiveSizeBytes: String(bytes), diskSizeGb: sizeGb(bytes) };
      this.lab.store.put('images', path, { ...image, ...size, digest, status: 'READY' });
    }
  }

  async #work(work: OperationWork): Promise<void> {
    const { target } = work;
    switch (work.action) {
      case 'make-image':
        await makeImage(this.lab, work);
        return;
      case 'prune-images':
        await pruneImages(
          this.lab,
          this.#publicImages.map(({ digest }) => digest),
        );
        return;
      case 'fill-disk':
        await makeDisk(this.lab, work);
        return;
      case 'make-snapshot':
        await makeSnapshot(this.lab, work);
        return;
      case 'make-subnetworks':
        makeSubnetworks(this.lab, target);
        return;
      case 'drop-subnetworks':
        dropSubnetworks(this.lab, target);
        return;
      case 'open-rule':
        await openRule(this.lab, target);
        return;
      case 'delete-group':
        await deleteGroup(this.lab, target);
        break;
      case 'insert-instance':
        await this.lab.fleet.settle(target);
        return;
      case 'delete-instance':
        await this.lab.fleet.lose(target);
        break;
      case 'stop-instance':
        await this.lab.fleet.stop(target);
        break;
      case 'start-instance':
        this.lab.fleet.start(target);
        break;
      case 'reset-instance':
        await this.lab.fleet.reset(target);
        break;
      case 'attach-disk':
        await mountDisk(this.lab, work);
        break;
      case 'detach-disk':
        await unmountDisk(this.lab, work);
        break;
      case 'fail':
        throw new OperationFailure(
          work.detail?.['code'] ?? 'INTERNAL_ERROR',
          work.detail?.['message'] ?? 'Internal error.',
        );
    }
    await this.lab.traffic.refresh();
    this.lab.autoscaling.wake();
  }
}
