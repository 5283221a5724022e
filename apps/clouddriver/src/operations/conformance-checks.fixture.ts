import { isDeepStrictEqual } from 'node:util';
import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { AT, type Scenario } from './conformance-scenarios.fixture.ts';
import {
  atWrite,
  type Beginning,
  changesSince,
  everywhere,
  type Mishap,
  type Outcome,
  resources,
  type World,
  type Worlds,
} from './conformance-world.fixture.ts';

/** More deaths than this mean that an operation does not get on. */
const DEATHS = 1_000;

/** One thing that the provider promises of an operation. */
export interface Check {
  readonly name: string;
  /** How many worlds it opens: one, or one for each write of the journal or each change. */
  readonly worlds: 'one' | 'many';
  /** It is of operations whose failures are taken back. */
  readonly undoable?: true;
  run(trial: Trial): Promise<void>;
}

interface Undisturbed {
  readonly outcome: Outcome;
  /** Points of its writes, in their order. */
  readonly writes: readonly string[];
  readonly resources: Record<string, unknown>;
  /** Which free address a rule gets is the cloud's choice. */
  readonly withoutAddresses: Record<string, unknown>;
  readonly changes: readonly string[];
  /** After it was asked for once more under the same key. */
  readonly again: { readonly resources: Record<string, unknown>; readonly changes: readonly string[] };
}

/** One scenario and the worlds that it is tried in. */
export class Trial {
  readonly scenario: Scenario;
  readonly #worlds: Worlds;
  readonly #prepared: Beginning;
  #begun: Promise<{ own: Beginning; description: JsonObject; resources: Record<string, unknown> }> | undefined;
  #undisturbed: Promise<Undisturbed> | undefined;

  constructor(worlds: Worlds, prepared: Beginning, scenario: Scenario) {
    this.#worlds = worlds;
    this.#prepared = prepared;
    this.scenario = scenario;
  }

  /** The state that the operation begins from, what exists there, and its description. */
  begin() {
    return (this.#begun ??= this.#begin());
  }

  /** A world at the scenario's beginning. */
  async open(): Promise<World> {
    return this.#worlds.open((await this.begin()).own);
  }

  /** Runs the operation. */
  async run(world: World, mishap: Mishap = {}, key?: string): Promise<Outcome> {
    return world.run(this.scenario.operation, (await this.begin()).description, mishap, key);
  }

  /** Runs the operation by as many processes as it takes; answers how many of them died. */
  async runToTheEnd(world: World, mishap: Mishap): Promise<{ outcome: Outcome; deaths: number }> {
    for (let deaths = 0; deaths < DEATHS; deaths++) {
      const outcome = await this.run(world, mishap);
      if (outcome.ended) return { outcome, deaths };
    }
    throw new Error(`${this.scenario.operation} was not done after ${DEATHS} processes.`);
  }

  /** How it goes when nothing goes wrong. */
  undisturbed() {
    return (this.#undisturbed ??= this.#run());
  }

  async changesOf(world: World): Promise<string[]> {
    return changesSince(world, (await this.begin()).own);
  }

  async #begin() {
    const world = await this.#worlds.open(this.#prepared);
    for (const [index, [name, description]] of (this.scenario.before ?? []).entries()) {
      const { ended } = await world.run(name, { ...AT, ...description }, {}, `before ${index} ${name}`);
      equal(ended?.failure, null);
      await world.settle();
    }
    return {
      own: this.scenario.before ? await world.beginning() : this.#prepared,
      description: { ...AT, ...this.scenario.describe(world) },
      resources: await resources(world),
    };
  }

  async #run(): Promise<Undisturbed> {
    const world = await this.open();
    const writes: string[] = [];
    const watching: Mishap = {
      dies: (point) => {
        if (point.startsWith('write ')) writes.push(point);
        return null;
      },
    };
    const outcome = await this.run(world, watching);
    equal(outcome.ended?.failure, null);
    await world.settle();
    // Keys that the client library puts beside those of answers have no place in what is written.
    doesNotMatch(JSON.stringify(world.model.lab.store.state.resources), /\\"_\w+\\":/);
    const done = {
      outcome,
      writes,
      resources: await resources(world),
      withoutAddresses: await resources(world, 'IPAddress'),
      changes: await this.changesOf(world),
    };
    await this.run(world);
    return { ...done, again: { resources: await resources(world), changes: await this.changesOf(world) } };
  }
}

/** The last change whose failure fails the operation: what tidies up at the end may fail. */
async function failingChange(trial: Trial): Promise<number> {
  const { outcome } = await trial.undisturbed();
  for (let failChange = outcome.changes; failChange > 0; failChange--) {
    const { ended } = await trial.run(await trial.open(), { failChange });
    if (ended?.failure) return failChange;
  }
  throw new Error(`No change of ${trial.scenario.name} fails it.`);
}

/** Nothing is changed twice. Whether a pool is given instances one by one depends on which there are when it is joined. */
function sameChanges(actual: readonly string[], undisturbed: readonly string[], when = ''): void {
  const joins = (change: string) => change.startsWith('addInstance ');
  const without = (changes: readonly string[]) => changes.filter((change) => !joins(change));
  deepEqual([when, ...without(actual)], [when, ...without(undisturbed)]);
  const joined = actual.filter(joins);
  deepEqual([when, ...joined], [when, ...new Set(joined)]);
}

/** What the provider promises of every operation: done once, resumed after a crash at any place, taken back after any failure. */
export const CHECKS: readonly Check[] = [
  {
    name: 'does it once, and a repeat by its key changes nothing more',
    worlds: 'one',
    async run(trial) {
      const { again, ...once } = await trial.undisturbed();
      deepEqual(again, { resources: once.resources, changes: once.changes });
    },
  },
  {
    name: 'while every change at first meets a fault that passes, it does the same',
    worlds: 'one',
    async run(trial) {
      const { withoutAddresses } = await trial.undisturbed();
      const world = await trial.open();
      equal((await trial.run(world, { stumbling: true })).ended?.failure, null);
      await world.settle();
      deepEqual(await resources(world, 'IPAddress'), withoutAddresses);
    },
  },
  {
    name: 'killed at any write of its journal, it is finished by the next process: nothing twice, nothing left',
    worlds: 'many',
    async run(trial) {
      const whole = await trial.undisturbed();
      for (const [index, point] of whole.writes.entries())
        for (const when of ['before', 'after'] as const) {
          const told = `${when} ${point}`;
          const world = await trial.open();
          equal((await trial.run(world, { dies: atWrite(index + 1, when) })).ended, null, told);
          equal((await trial.run(world)).ended?.failure, null, told);
          await world.settle();
          deepEqual(await resources(world), whole.resources, told);
          sameChanges(await trial.changesOf(world), whole.changes, told);
        }
    },
  },
  {
    name: 'killed at every write and in every change, one process after another, it is finished: nothing twice, nothing left',
    worlds: 'one',
    async run(trial) {
      const whole = await trial.undisturbed();
      const world = await trial.open();
      const { outcome, deaths } = await trial.runToTheEnd(world, { dies: everywhere() });
      equal(outcome.ended?.failure, null);
      ok(deaths >= 2 * whole.changes.length, `${deaths} deaths`);
      await world.settle();
      deepEqual(await resources(world), whole.resources);
      sameChanges(await trial.changesOf(world), whole.changes);
    },
  },
  {
    name: 'whichever of its changes fails, it takes back what it made, or a retry finishes it',
    worlds: 'many',
    async run(trial) {
      const whole = await trial.undisturbed();
      const { resources: before } = await trial.begin();
      for (let failChange = 1; failChange <= whole.outcome.changes; failChange++) {
        const world = await trial.open();
        const { ended } = await trial.run(world, { failChange });
        await world.settle();
        // Tidying up at the end may fail: then the change itself is done.
        if (ended?.failure === null) continue;
        match(ended?.failure?.summary ?? '', /Required permission is missing/);
        if (trial.scenario.undoable !== false) deepEqual(await resources(world), before, `change ${failChange}`);
        else {
          const stays: unknown = ended?.failure?.evidence?.['stays'];
          ok(
            isDeepStrictEqual(await resources(world), before) || Array.isArray(stays),
            `change ${failChange} is not told`,
          );
          const again = await trial.run(world, {}, 'retry');
          await world.settle();
          equal(again.ended?.failure, null, `change ${failChange}`);
          deepEqual(await resources(world), whole.resources, `change ${failChange}`);
        }
      }
    },
  },
  {
    name: 'when a change fails, and it is killed at every write and in every change, all is taken back',
    worlds: 'one',
    undoable: true,
    async run(trial) {
      const { resources: before } = await trial.begin();
      const failChange = await failingChange(trial);
      const world = await trial.open();
      const { outcome } = await trial.runToTheEnd(world, { failChange, dies: everywhere() });
      await world.settle();
      // A change without a request id is made anew when the answer to it was lost; nobody hears then that it failed.
      if (outcome.ended?.failure === null) deepEqual(await resources(world), (await trial.undisturbed()).resources);
      else {
        match(outcome.ended?.failure?.summary ?? '', /Required permission is missing/);
        deepEqual(await resources(world), before);
      }
    },
  },
  {
    name: 'says beforehand what it would do, and does nothing',
    worlds: 'one',
    async run(trial) {
      const { description, resources: before } = await trial.begin();
      const world = await trial.open();
      const preview = await world.preview(trial.scenario.operation, description);
      deepEqual(preview.problems, []);
      ok(preview.changes.length > 0);
      deepEqual(await trial.changesOf(world), []);
      deepEqual(await resources(world), before);
    },
  },
];
