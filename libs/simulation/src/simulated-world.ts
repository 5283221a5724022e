import { entityTagSchema, entityTagsId, type EntityTagsView, putTags } from '@gennaker/contracts/entity-tags';
import type { DeploymentMonitor } from '@gennaker/contracts/deployment-monitors';
import { badRequest, notFound } from '@gennaker/contracts/error';
import type { front50Api, Pipeline } from '@gennaker/contracts/front50';
import type { igorApi } from '@gennaker/contracts/igor';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Client } from '@gennaker/contracts/route';
import { executionView } from '@gennaker/engine/view';
import type { Env } from '@gennaker/engine/messages';
import type { TaskWorld } from '@gennaker/engine/run-task';
import { answerLookup } from '@gennaker/expressions/answer-lookup';
import { lookupKey, lookupSchema } from '@gennaker/expressions/lookups';
import { resolve } from '@gennaker/expressions/resolve';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import { stages } from '@gennaker/stages/server';
import { type StrategyDefinition, strategyNamed } from '@gennaker/extension-sdk/strategy';
import { strategies } from '@gennaker/strategies/server';
import { PipelineRun } from './pipeline-run.ts';
import type { PipelineJson } from './pipeline-json.ts';
import { SimulatedBakery } from './simulated-bakery.ts';
import { SimulatedClouddriver } from './simulated-clouddriver.ts';
import { SimulatedCloud } from './simulated-cloud.ts';
import { SimulatedHttp } from './simulated-http.ts';
import { unsupported } from './unsupported.ts';
import { VirtualTime } from './virtual-time.ts';

/** Everything around simulated executions: time, cloud, bakery, addresses, stored pipelines, executions. */
export class SimulatedWorld implements TaskWorld {
  readonly time: VirtualTime;
  readonly cloud: SimulatedCloud;
  readonly clouddriver: SimulatedClouddriver;
  readonly bakery: SimulatedBakery;
  readonly http: SimulatedHttp;
  /** External monitors of deploys; what they answer is given to `http`. */
  readonly deploymentMonitors: DeploymentMonitor[] = [];
  readonly runs = new Map<string, PipelineRun>();
  readonly ports: Ports;
  readonly clock: TaskWorld['clock'];
  readonly #pipelines = new Map<string, PipelineJson>();
  readonly #tags = new Map<string, EntityTagsView>();
  readonly #definitions = new Map<string, AnyStageDefinition>();
  readonly #strategies = new Map<string, StrategyDefinition>(Object.entries(strategies));

  /** @param start epoch milliseconds */
  constructor(start: number) {
    const time = new VirtualTime(start);
    const wake = (executionId: string, stageId: string): void => this.runs.get(executionId)?.wake(stageId);
    this.time = time;
    this.clock = { now: () => time.now(), after: (ms, fn) => time.after(ms, fn) };
    this.cloud = new SimulatedCloud(time);
    this.clouddriver = new SimulatedClouddriver(this.cloud, time, wake);
    this.bakery = new SimulatedBakery(this.cloud, time, wake);
    this.http = new SimulatedHttp(() => time.now());
    this.ports = {
      clouddriver: this.clouddriver.client,
      rosco: this.bakery.client,
      front50: this.#front50(),
      igor: unsupported<Client<typeof igorApi>>('igor', {}),
      orca: this.#orca(),
      http: this.http.port,
      deploymentMonitors: this.deploymentMonitors,
    };
    for (const definition of Object.values(stages)) this.define(definition);
  }

  /** Adds or replaces a stage type, under its aliases too. */
  define(definition: AnyStageDefinition): void {
    for (const type of [definition.type, ...(definition.aliases ?? [])]) this.#definitions.set(type, definition);
  }

  /** Adds or replaces a strategy. */
  defineStrategy(strategy: StrategyDefinition): void {
    this.#strategies.set(strategy.type, strategy);
  }

  /** Stores a pipeline, so that others can run it as a child. */
  store(pipeline: PipelineJson): void {
    this.#pipelines.set(pipeline.id, pipeline);
  }

  /** What the engine decides with, at this moment of virtual time. */
  env(): Env {
    return {
      now: this.time.now(),
      definition: (type) => this.#definitions.get(type),
      strategy: (name) => strategyNamed(this.#strategies.values(), name),
      resolve: (value, scope) => {
        const { answers = {}, ...whose } = scope;
        return resolve(value, scope, {
          ...whose,
          now: this.time.now(),
          seed: String(this.time.now()),
          lookUp: (lookup) => answers[lookupKey(lookup)],
        });
      },
    };
  }

  /** Answers look-ups of expressions from what the test has. */
  lookUp: TaskWorld['lookUp'] = (lookup, asking) => answerLookup(this.ports, lookupSchema.parse(lookup), asking);

  /** Starts an execution and lets it run as far as it goes now. */
  start(pipeline: PipelineJson, trigger: Readonly<Record<string, unknown>>): PipelineRun {
    const id = `execution-${this.runs.size + 1}`;
    const run = new PipelineRun(this, id, pipeline, trigger);
    this.runs.set(id, run);
    run.begin();
    return run;
  }

  #front50(): Client<typeof front50Api> {
    const find = (matches: (pipeline: PipelineJson) => boolean, what: string): Pipeline => {
      const found = [...this.#pipelines.values()].find(matches);
      if (!found)
        throw notFound(`The test stores no pipeline ${what}`, {
          fix: 'add .withPipeline(...) for each child pipeline',
        });
      return found as unknown as Pipeline;
    };
    return unsupported<Client<typeof front50Api>>('front50', {
      getPipeline: async ({ params }) => find((one) => one.id === params.id, params.id),
      getPipelineByName: async ({ params }) =>
        find(
          (one) => one.application === params.application && one.name.toLowerCase() === params.name.toLowerCase(),
          `${params.application}: ${params.name}`,
        ),
      listPipelines: async (args) =>
        [...this.#pipelines.values()].filter(
          (one) => !args?.query?.application || one.application === args.query.application,
        ) as unknown as Pipeline[],
      getApplication: async ({ params }) => ({ name: params.application }),
      upsertEntityTags: async ({ body: { entityRef, tags, isPartial = true } }) => {
        const id = entityTagsId(entityRef);
        const kept = isPartial ? (this.#tags.get(id)?.tags ?? []) : [];
        const given = tags.map((tag) => entityTagSchema.parse(tag));
        const view: EntityTagsView = {
          ...{ id, entityRef, tagsMetadata: [], lastModified: this.time.now(), lastModifiedBy: 'test' },
          tags: putTags(kept, given),
        };
        this.#tags.set(id, view);
        return view;
      },
      deleteEntityTags: async ({ params: { id }, query }) => {
        const found = this.#tags.get(id);
        if (!found) throw notFound(`No entity has tags with the id "${id}"`);
        const names = query?.tags?.split(',');
        const tags = names ? found.tags.filter(({ name }) => !names.includes(name)) : [];
        if (tags.length > 0) this.#tags.set(id, { ...found, tags });
        else this.#tags.delete(id);
      },
    });
  }

  #orca(): Client<typeof orcaApi> {
    const find = (id: string): PipelineRun => {
      const run = this.runs.get(id);
      if (!run) throw notFound(`There is no execution ${id} in this test`);
      return run;
    };
    return unsupported<Client<typeof orcaApi>>('orca', {
      orchestrate: async ({ body }) => {
        const correlation = body.trigger?.correlationId;
        const known = [...this.runs.values()].find(
          (run) => correlation !== undefined && run.state.trigger.correlationId === correlation && !run.over,
        );
        if (known) return { ref: `/pipelines/${known.id}` };
        if (body['disabled'] === true) throw badRequest(`The pipeline "${body.name}" is disabled`);
        const json = { ...body, id: body.id ?? body.name } as unknown as PipelineJson;
        return { ref: `/pipelines/${this.start(json, { type: 'pipeline', ...body.trigger }).id}` };
      },
      getExecution: async ({ params }) => executionView(find(params.id).state),
      cancel: async ({ params, query }) =>
        find(params.id).send({
          type: 'Cancel',
          user: 'orca',
          ...(query?.reason === undefined ? {} : { reason: query.reason }),
        }),
    });
  }
}
