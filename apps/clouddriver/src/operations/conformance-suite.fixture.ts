import { beforeAll, describe, expect, test } from 'vitest';
import { type Beginning, ConformanceWorld } from './conformance.fixture.ts';
import { AT, prepare, type Scenario } from './conformance-scenarios.fixture.ts';

/** What the provider promises of every operation: done once, resumed after a crash at any place, taken back after any failure. */
export function conform(scenarios: readonly Scenario[]): void {
  let beginning: Beginning;
  beforeAll(async () => {
    const world = await ConformanceWorld.open();
    await prepare(world);
    beginning = world.beginning();
  }, 60_000);

  describe.each(scenarios)('$name', ({ operation, before, undoable = true, describe: descriptionOf }) => {
    const begin = async () => {
      const from = await ConformanceWorld.open(beginning);
      for (const [name, description] of before ?? []) {
        const { ended } = await from.run(name, { ...AT, ...description }, {}, `before ${name}`);
        expect(ended?.failure).toBeNull();
        from.kept.steps.clear();
        await from.settle();
      }
      const own = before ? from.beginning() : beginning;
      return { own, description: { ...AT, ...descriptionOf(from) } };
    };

    test('does it once, and a repeat by its key changes nothing more', async () => {
      const { own, description } = await begin();
      const world = await ConformanceWorld.open(own);
      const first = await world.run(operation, description);
      expect(first.ended?.failure).toBeNull();
      await world.settle();
      const after = await world.resources();
      const changes = world.changesSince(own);
      // The journal answers a repeat; a journal that was lost makes the same requests under the same ids.
      await world.run(operation, description);
      expect(world.changesSince(own)).toEqual(changes);
      expect(await world.resources()).toEqual(after);
    });

    test('while every change at first meets a fault that passes, it does the same', async () => {
      const { own, description } = await begin();
      const whole = await ConformanceWorld.open(own);
      await whole.run(operation, description);
      await whole.settle();
      const world = await ConformanceWorld.open(own);
      const { ended } = await world.run(operation, description, { stumbling: true });
      expect(ended?.failure).toBeNull();
      await world.settle();
      // Which free address a rule gets is the cloud's choice.
      expect(await world.resources('IPAddress')).toEqual(await whole.resources('IPAddress'));
    });

    test('killed at any write of its journal, it is finished by the next process: nothing twice, nothing left', async () => {
      const { own, description } = await begin();
      const whole = await ConformanceWorld.open(own);
      const { writes, ended } = await whole.run(operation, description);
      expect(ended?.failure).toBeNull();
      await whole.settle();
      for (let write = 1; write <= writes; write++)
        for (const written of [false, true]) {
          const world = await ConformanceWorld.open(own);
          const died = await world.run(operation, description, { crash: { write, written } });
          expect(died.ended, `write ${write}`).toBeNull();
          const resumed = await world.run(operation, description);
          expect(resumed.ended?.failure, `write ${write}`).toBeNull();
          await world.settle();
          expect(await world.resources(), `write ${write}, ${written ? 'after' : 'before'}`).toEqual(
            await whole.resources(),
          );
          expect(world.changesSince(own), `write ${write}`).toEqual(whole.changesSince(own));
        }
    }, 120_000);

    test('whichever of its changes fails, it takes back what it made, or a retry finishes it', async () => {
      const { own, description } = await begin();
      const before = await ConformanceWorld.open(own);
      const whole = await ConformanceWorld.open(own);
      const { changes } = await whole.run(operation, description);
      await whole.settle();
      for (let failChange = 1; failChange <= changes; failChange++) {
        const world = await ConformanceWorld.open(own);
        const { ended } = await world.run(operation, description, { failChange });
        await world.settle();
        // Tidying up at the end may fail: then the change itself is done.
        if (ended?.failure === null) continue;
        expect(ended?.failure?.summary).toContain('Required permission is missing');
        if (undoable) expect(await world.resources(), `change ${failChange}`).toEqual(await before.resources());
        else {
          world.kept.steps.clear();
          world.kept.failure = null;
          const again = await world.run(operation, description, {}, 'retry');
          await world.settle();
          expect(again.ended?.failure, `change ${failChange}`).toBeNull();
          expect(await world.resources(), `change ${failChange}`).toEqual(await whole.resources());
        }
      }
    }, 120_000);

    test.each(undoable ? ['the next process takes back the rest'] : [])(
      'killed while it takes back, %s',
      async () => {
        const { own, description } = await begin();
        const before = await ConformanceWorld.open(own);
        const count = await (await ConformanceWorld.open(own)).run(operation, description);
        // The last change whose failure fails the operation.
        let failChange = count.changes;
        let failed = await (await ConformanceWorld.open(own)).run(operation, description, { failChange });
        while (failed.ended?.failure === null && failChange > 1)
          failed = await (await ConformanceWorld.open(own)).run(operation, description, { failChange: --failChange });
        for (let write = 1; write <= failed.writes; write++) {
          const world = await ConformanceWorld.open(own);
          const died = await world.run(operation, description, { failChange, crash: { write, written: false } });
          expect(died.ended).toBeNull();
          // What was to fail may not have been reached before the crash: then it is finished.
          const resumed = await world.run(operation, description);
          await world.settle();
          if (resumed.ended?.failure)
            expect(await world.resources(), `write ${write}`).toEqual(await before.resources());
        }
      },
      120_000,
    );

    test('says beforehand what it would do, and does nothing', async () => {
      const { own, description } = await begin();
      const world = await ConformanceWorld.open(own);
      const resources = await world.resources();
      const preview = await world.preview(operation, description);
      expect(preview.problems).toEqual([]);
      expect(preview.changes.length).toBeGreaterThan(0);
      expect(world.changesSince(own)).toEqual([]);
      expect(await world.resources()).toEqual(resources);
    });
  });
}
