import { randomInt } from 'node:crypto';
import { get } from 'node:http';
import { join } from 'node:path';
import { startCloudlab } from './app.ts';
import type { RunningCloudlab } from './app.ts';
import {
  cleanUp,
  clientsOf,
  dataFolder,
  done,
  metadataOf,
  processesWith,
  project,
  region,
  stageImage,
  until,
} from './cloudlab.fixture.ts';
import { configFrom } from './config.ts';

const groupUrl = (name: string): string => `projects/${project}/regions/${region}/instanceGroups/${name}`;

/** A local cloud with real instances, and what tests do with it through the real clients. */
export class TrialCloud {
  // Ports below those that connections of this machine begin at.
  readonly #offset = randomInt(12_000, 24_000);
  readonly #port = 8099 + this.#offset;
  /** Where its instances serve. */
  readonly appPort = randomInt(20_000, 30_000);
  readonly clients = clientsOf(this.#port);
  /** Its data folder. */
  readonly data: string;
  #lab: RunningCloudlab | undefined;

  private constructor(data: string) {
    this.data = data;
  }

  /** Starts it, with a health check `hc`. */
  static async start(): Promise<TrialCloud> {
    const trial = new TrialCloud(await dataFolder());
    const environment = {
      GENNAKER_DATA: trial.data,
      GENNAKER_OFFSET: String(trial.#offset),
      GENNAKER_BASE_IMAGES: join(trial.data, 'none'),
      CLOUDLAB_OPERATION_LATENCY_MS: '50',
    };
    trial.#lab = await startCloudlab(configFrom(environment), () => undefined);
    const httpHealthCheck = { port: trial.appPort, requestPath: '/' };
    await done(
      trial.clients,
      trial.clients.checks.insert({
        project,
        healthCheckResource: { name: 'hc', type: 'HTTP', checkIntervalSec: 1, timeoutSec: 1, httpHealthCheck },
      }),
    );
    return trial;
  }

  get lab(): RunningCloudlab {
    if (this.#lab === undefined) throw new Error('The cloud was not started.');
    return this.#lab;
  }

  /** Stops it and removes its data. @returns processes of instances that are left */
  async close(): Promise<number[]> {
    await this.lab.close(500);
    const left = await processesWith(metadataOf(this.#port));
    await cleanUp(this.data);
    return left;
  }

  /** An image `hello-NAME`, and a template of it. */
  async makeImage(name: string, env: Record<string, string> = {}, port = this.appPort): Promise<void> {
    const source = await stageImage(this.data, name, env);
    await done(
      this.clients,
      this.clients.images.insert({
        project,
        imageResource: { name: `hello-${name}`, family: 'hello', rawDisk: { source } },
      }),
    );
    await done(
      this.clients,
      this.clients.templates.insert({
        project,
        instanceTemplateResource: {
          name,
          properties: {
            machineType: 'e2-micro',
            disks: [
              { boot: true, initializeParams: { sourceImage: `projects/${project}/global/images/hello-${name}` } },
            ],
            metadata: { items: [{ key: 'port', value: String(port) }] },
          },
        },
      }),
    );
  }

  /** A regional group over two zones. */
  async makeGroup(name: string, template: string, targetSize: number): Promise<void> {
    await done(
      this.clients,
      this.clients.groups.insert({
        project,
        region,
        instanceGroupManagerResource: {
          name,
          targetSize,
          instanceTemplate: `projects/${project}/global/instanceTemplates/${template}`,
          namedPorts: [{ name: 'http', port: this.appPort }],
          distributionPolicy: { zones: [{ zone: 'zones/us-central1-a' }, { zone: 'zones/us-central1-b' }] },
        },
      }),
    );
  }

  /** A group's managed instances. */
  async members(group: string) {
    const [list] = await this.clients.groups.listManagedInstances({ project, region, instanceGroupManager: group });
    return list;
  }

  /** Addresses of a group's instances. */
  async addresses(group: string): Promise<string[]> {
    const list = await Promise.all(
      (await this.members(group)).map(async ({ instance }) => {
        const [, zone = '', name = ''] = /zones\/([^/]+)\/instances\/(.+)$/.exec(instance ?? '') ?? [];
        const [found] = await this.clients.instances.get({ project, zone, instance: name });
        return found.networkInterfaces?.[0]?.networkIP ?? '';
      }),
    );
    return list;
  }

  /** Waits until a group is stable. */
  async stable(group: string): Promise<void> {
    await until(`${group} to be stable`, async () => {
      const [found] = await this.clients.groups.get({ project, region, instanceGroupManager: group });
      return found.status?.isStable === true;
    });
  }

  /** Puts these groups behind a backend service, and no others. */
  async setBackends(service: string, groups: readonly string[]): Promise<void> {
    const [found] = await this.clients.services.get({ project, region, backendService: service });
    const backends = groups.map((group) => ({ group: groupUrl(group), balancingMode: 'CONNECTION' }));
    await done(
      this.clients,
      this.clients.services.update({
        project,
        region,
        backendService: service,
        backendServiceResource: { ...found, backends },
      }),
    );
  }

  /** Waits until so many instances of a group are healthy. */
  async healthy(service: string, group: string, count: number): Promise<void> {
    await until(`${count} healthy of ${group}`, async () => {
      const [health] = await this.clients.services.getHealth({
        project,
        region,
        backendService: service,
        resourceGroupReferenceResource: { group: groupUrl(group) },
      });
      return health.healthStatus?.filter(({ healthState }) => healthState === 'HEALTHY').length === count;
    });
  }

  /** A TCP load balancer; answers where it listens. */
  async balance(name: string, drainingTimeoutSec: number): Promise<{ host: string; port: number }> {
    await done(
      this.clients,
      this.clients.services.insert({
        project,
        region,
        backendServiceResource: {
          name,
          protocol: 'TCP',
          portName: 'http',
          healthChecks: [`projects/${project}/global/healthChecks/hc`],
          connectionDraining: { drainingTimeoutSec },
        },
      }),
    );
    await done(
      this.clients,
      this.clients.rules.insert({
        project,
        region,
        forwardingRuleResource: {
          name,
          portRange: `${this.appPort}-${this.appPort}`,
          backendService: `projects/${project}/regions/${region}/backendServices/${name}`,
        },
      }),
    );
    const [rule] = await this.clients.rules.get({ project, region, forwardingRule: name });
    return { host: rule.IPAddress ?? '', port: this.appPort };
  }
}

/** What an instance said. */
export interface Answer {
  readonly version: string;
  readonly body: string;
}

/** One request on its own connection; rejects on everything but a whole 200. */
export function fetchOnce(to: { readonly host: string; readonly port: number }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ ...to, path: '/', agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve({ version: String(response.headers['x-version']), body });
        else reject(new Error(`answered ${String(response.statusCode)}`));
      });
    }).on('error', reject);
  });
}
