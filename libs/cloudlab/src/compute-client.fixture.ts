import { createRequire } from 'node:module';
import { PassThroughClient } from 'google-auth-library';
import type { TestCloud } from './cloud.fixture.ts';
import { methodOf, requestProblems, responseProblems } from './compute-messages.fixture.ts';
import type { ComputeMethod } from './compute-messages.fixture.ts';

type Client = Record<
  string,
  (request: object, options?: object) => Promise<readonly unknown[]> | AsyncIterable<unknown>
>;

const require = createRequire(import.meta.url);

/** The real clients, one for each service, whose requests go to a simulated cloud; each request and answer is checked. */
export class ComputeClients {
  /** `Service.Method` of every request that was answered with 200. */
  readonly answered = new Set<string>();
  /** What was not as the API's messages say. */
  readonly problems: string[] = [];
  readonly #cloud: TestCloud;
  readonly #clients = new Map<string, Client>();
  readonly #gax = sharedGax();

  constructor(cloud: TestCloud) {
    this.#cloud = cloud;
  }

  /** Calls a method and answers what the client gives: a resource, a list's items, a mutation's operation. */
  async call(method: ComputeMethod, request: object): Promise<unknown> {
    const name = method.name.charAt(0).toLowerCase() + method.name.slice(1);
    const client = this.#client(method.service);
    if (method.name === 'AggregatedList') {
      const all: unknown[] = [];
      const pages = client['aggregatedListAsync']?.(request, { autoPaginate: false });
      if (pages !== undefined && Symbol.asyncIterator in pages) for await (const each of pages) all.push(each);
      return all;
    }
    const answer = await client[name]?.(request);
    const first: unknown = Array.isArray(answer) ? answer[0] : undefined;
    return typeof first === 'object' && first !== null && 'latestResponse' in first ? first.latestResponse : first;
  }

  #client(service: string): Client {
    const known = this.#clients.get(service);
    if (known !== undefined) return known;
    const file = service.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
    const module = require(`@google-cloud/compute/build/src/v1/${file}_client.js`) as Record<
      string,
      new (options: object, gax: object) => Client
    >;
    const Constructor = module[`${service}Client`];
    if (Constructor === undefined) throw new Error(`The client library has no ${service}Client.`);
    const authClient = Object.assign(new PassThroughClient(), {
      fetch: (input: string | URL | Request, init?: RequestInit) => this.#carry(input, init),
    });
    const options = {
      fallback: 'rest',
      apiEndpoint: 'cloud.test',
      protocol: 'http',
      port: 80,
      projectId: 'p',
      authClient,
    };
    const made = new Constructor(options, this.#gax);
    this.#clients.set(service, made);
    return made;
  }

  async #carry(input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input);
    const sent: unknown = init?.body;
    const body = typeof sent === 'string' ? sent : sent instanceof Uint8Array ? Buffer.from(sent).toString() : '';
    const verb = init?.method ?? 'GET';
    const query = Object.fromEntries(url.searchParams);
    const answer = await this.#cloud.cloud.handle({ method: verb, path: url.pathname, query, headers: {}, body });
    const method = methodOf(verb, url.pathname);
    const where = `${verb} ${url.pathname}`;
    if (method === undefined) this.problems.push(`${where}: the API has no such method`);
    else if (answer.status === 200) {
      this.answered.add(`${method.service}.${method.name}`);
      const found = [...requestProblems(method, query, body), ...responseProblems(method, answer.body)];
      this.problems.push(...found.map((each) => `${where}: ${each}`));
    }
    return new Response(JSON.stringify(answer.body), {
      status: answer.status,
      headers: { 'content-type': 'application/json' },
    });
  }
}

/** The library's machinery with its description of the API read once for all clients. */
function sharedGax(): object {
  const fallback = require('google-gax/fallback') as { GrpcClient: new (options: object) => object };
  const protobuf = require('protobufjs') as { Root: { fromJSON(json: object): object } };
  const root = protobuf.Root.fromJSON(require('@google-cloud/compute/build/protos/protos.json') as object);
  class SharedGrpcClient extends fallback.GrpcClient {
    loadProtoJSON(): object {
      return root;
    }
  }
  return { fallback: { ...fallback, GrpcClient: SharedGrpcClient } };
}
