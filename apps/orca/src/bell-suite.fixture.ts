import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bell, BellListener } from './bell.ts';

/** Bells under test: several that ring for each other, as those of several processes do. */
export interface Belfry {
  open(listener: BellListener): Bell;
  /** Takes away what carries the rings, or brings it back. */
  setAway(away: boolean): Promise<void>;
  drop(): Promise<void>;
}

/** What one process heard. */
class Heard implements BellListener {
  readonly rings: { readonly id: string; readonly at: number }[] = [];
  readonly letters: string[] = [];
  hints = 0;

  async rung(id: string): Promise<void> {
    this.rings.push({ id, at: Date.now() });
  }
  mail(id: string, seq: number): void {
    this.letters.push(`${id} ${seq}`);
  }
  events(): void {
    this.hints++;
  }
  of(id: string): number {
    return this.rings.filter((ring) => ring.id === id).length;
  }
}

/** Longest that a test waits for a ring, ms. */
const PATIENCE_MS = 10_000;

async function until(holds: () => boolean, ms = PATIENCE_MS): Promise<void> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it was never heard');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What every bell keeps, that on Redis and that of tests. */
export function bellSuite(name: string, build: () => Promise<Belfry>): void {
  describe(`the bell ${name}`, () => {
    let belfry: Belfry;
    let heard: Heard[];
    let bells: Bell[];
    const open = (): { bell: Bell; ears: Heard } => {
      const ears = new Heard();
      const bell = belfry.open(ears);
      heard.push(ears);
      bells.push(bell);
      return { bell, ears };
    };
    const times = (id: string): number => heard.reduce((sum, ears) => sum + ears.of(id), 0);
    /** Whatever was rung before a ring that is heard has been heard as well. */
    const allHeard = async (bell: Bell, afterMs = 0): Promise<void> => {
      const last = randomUUID();
      bell.ring(last, afterMs);
      await until(() => times(last) > 0);
    };

    beforeEach(async () => {
      belfry = await build();
      heard = [];
      bells = [];
    });
    afterEach(async () => {
      await Promise.all(bells.map((bell) => bell.close()));
      await belfry.drop();
    });

    it('rings at once, at one of those that listen', async () => {
      const [{ bell }] = [open(), open()];
      const ids = Array.from({ length: 20 }, () => randomUUID());
      for (const id of ids) bell.ring(id);
      await until(() => ids.every((id) => times(id) > 0));
      await allHeard(bell);
      expect(ids.map(times)).toEqual(ids.map(() => 1));
    });

    it('rings later at the time, not before', async () => {
      const { bell, ears } = open();
      const begin = Date.now();
      bell.ring('later', 300);
      bell.ring('soon', 100);
      await until(() => ears.of('later') > 0);
      expect(ears.rings.map((ring) => ring.id)).toEqual(['soon', 'later']);
      expect(ears.rings[0]?.at).toBeGreaterThanOrEqual(begin + 99);
      expect(ears.rings[1]?.at).toBeGreaterThanOrEqual(begin + 299);
    });

    it('takes a repeat of a ring that has not rung yet for the same, whoever repeats it', async () => {
      const [{ bell }, { bell: other }] = [open(), open()];
      for (const one of [bell, other, bell]) one.ring('e', 150, 'e-1');
      bell.ring('e', 150, 'e-2');
      await until(() => times('e') >= 2);
      await allHeard(bell, 200);
      expect(times('e')).toBe(2);
    });

    it('rings again for what it has rung before', async () => {
      const { bell, ears } = open();
      bell.ring('e', 0, 'e-1');
      await until(() => ears.of('e') === 1);
      // That a ring is over is known shortly after it was heard.
      await until(() => {
        bell.ring('e', 0, 'e-1');
        return ears.of('e') === 2;
      });
    });

    it('announces mail and events to every process, also to those that take no rings', async () => {
      const [{ bell, ears }, { bell: deaf, ears: other }] = [open(), open()];
      deaf.listen(false);
      const id = randomUUID();
      // A process hears announcements from when it is connected; before, it need not.
      await until(() => {
        bell.announceMail(id, 3);
        bell.announceEvents();
        return [ears, other].every((one) => one.letters.includes(`${id} 3`) && one.hints > 0);
      });
    });

    it('keeps rings for others while a process takes none, and gives it some again afterwards', async () => {
      const { bell, ears } = open();
      await allHeard(bell);
      bell.listen(false);
      const { ears: other } = open();
      const ids = Array.from({ length: 10 }, () => randomUUID());
      for (const id of ids) bell.ring(id);
      await until(() => ids.every((id) => times(id) > 0));
      expect(ids.map((id) => ears.of(id))).toEqual(ids.map(() => 0));
      expect(ids.map((id) => other.of(id))).toEqual(ids.map(() => 1));
      bell.listen(true);
      await until(() => {
        bell.ring(randomUUID());
        return ears.rings.length > 3;
      });
    });

    it('throws nothing while what carries it is away, and rings again afterwards', async () => {
      const { bell, ears } = open();
      await allHeard(bell);
      await belfry.setAway(true);
      for (let each = 0; each < 100; each++) {
        bell.ring('lost', 0, 'lost-1');
        bell.ring('lost', 50);
        bell.announceMail('lost', each);
        bell.announceEvents();
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      await belfry.setAway(false);
      await until(() => {
        bell.ring('back');
        return ears.of('back') > 0;
      });
    });

    it('is closed while what carries it is away, and twice, and is silent then', async () => {
      const { bell, ears } = open();
      await allHeard(bell);
      await belfry.setAway(true);
      await bell.close();
      await bell.close();
      await belfry.setAway(false);
      const before = ears.rings.length;
      bell.ring('after');
      bell.announceEvents();
      const { bell: other } = open();
      await allHeard(other);
      expect(ears.rings).toHaveLength(before);
    });
  });
}
