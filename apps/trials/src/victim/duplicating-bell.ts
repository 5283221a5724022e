import type { Bell, BellListener } from '../../../orca/src/bell.ts';

/** How many executions are kept to be rung for again, without cause. */
const REMEMBERED = 64;

/** A bell that, while it is told to, rings several times, late, and for executions that nobody rang for; and so with mail and hints. */
export class DuplicatingBell implements Bell {
  readonly #bell: Bell;
  readonly #duplicates: () => boolean;
  readonly #rung: string[] = [];

  constructor(open: (listener: BellListener) => Bell, listener: BellListener, duplicates: () => boolean) {
    this.#duplicates = duplicates;
    this.#bell = open({
      rung: async (id) => {
        if (!duplicates()) return listener.rung(id);
        const again = new Promise<void>((resolve) => setTimeout(() => resolve(listener.rung(id)), 40));
        await Promise.all([listener.rung(id), listener.rung(id), again]);
      },
      mail: (id, seq) => this.#times(() => listener.mail(id, seq)),
      events: () => this.#times(() => listener.events()),
    });
  }

  ring(executionId: string, delayMs?: number, once?: string): void {
    this.#bell.ring(executionId, delayMs, once);
    if (!this.#duplicates()) return;
    this.#bell.ring(executionId, 0);
    this.#bell.ring(executionId, (delayMs ?? 0) + 25);
    if (this.#rung.push(executionId) > REMEMBERED) this.#rung.shift();
    const old = this.#rung[0];
    if (old !== undefined) this.#bell.ring(old, 10);
  }

  announceMail(executionId: string, seq: number): void {
    this.#times(() => this.#bell.announceMail(executionId, seq));
    if (this.#duplicates() && seq > 1) this.#bell.announceMail(executionId, seq - 1);
  }

  announceEvents(): void {
    this.#times(() => this.#bell.announceEvents());
  }

  listen(on: boolean): void {
    this.#bell.listen(on);
  }

  close(): Promise<void> {
    return this.#bell.close();
  }

  #times(tell: () => void): void {
    tell();
    if (this.#duplicates()) tell();
  }
}
