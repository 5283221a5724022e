import {
  type Hold,
  HOLD_KEY,
  holdWishSchema,
  type HoldWish,
  releaseHoldsSchema,
  SETTLES_KEY,
  settlesHoldsSchema,
} from '@gennaker/contracts/holds';
import { z } from 'zod';

type Json = Record<string, unknown>;
type Operation = Readonly<Record<string, Json>>;

/** Key of a description that ends a hold by taking it back. */
const RELEASES_KEY = 'releases';

const placeSchema = z.looseObject({ region: z.string().catch(''), serverGroupName: z.string().catch('') });

interface Held extends Hold {
  readonly operations: readonly Operation[];
}

/** The holds of one simulation, kept as clouddriver keeps them. */
export class SimulatedHolds {
  #held: Held[] = [];
  #made = 0;

  /** What a description asks to hold. @throws ZodError naming the field */
  wish(description: Json): HoldWish | undefined {
    return holdWishSchema.optional().parse(description[HOLD_KEY]);
  }

  /** A description was carried out: what it wished is held, what it released or made permanent is not any more. */
  carriedOut(
    done: { readonly name: string; readonly account: string; readonly description: Json },
    maker: { readonly operationId: string; readonly executionId: string | undefined; readonly now: number },
    undo: readonly Operation[],
  ): void {
    const { account, description } = done;
    const { region, serverGroupName } = placeSchema.parse(description);
    const wish = this.wish(description);
    const here = (held: Held): boolean =>
      held.account === account && held.region === region && held.serverGroup === serverGroupName;
    const mine = (held: Held): boolean => here(held) && held.executionId === maker.executionId;
    const settles = settlesHoldsSchema.optional().parse(description[SETTLES_KEY]) ?? [];
    this.#held = this.#held.filter(
      (held) =>
        held.id !== description[RELEASES_KEY] &&
        !(mine(held) && settles.includes(held.name)) &&
        !(here(held) && done.name === 'destroyServerGroup'),
    );
    // A further change under the same name keeps the undo of the first.
    if (!wish || undo.length === 0 || this.#held.some((held) => mine(held) && held.name === wish.name)) return;
    this.#held.push({
      ...wish,
      id: `hold-${++this.#made}`,
      account,
      region,
      serverGroup: serverGroupName,
      operationId: maker.operationId,
      ...(maker.executionId === undefined ? {} : { executionId: maker.executionId }),
      user: 'tester',
      since: maker.now,
      undo: undo.map((operation) => JSON.stringify(operation)),
      state: 'held',
      operations: undo,
    });
  }

  /** A release that is submitted: what takes its holds back, the newest first. Any other operation stays as it is. */
  withReleases(entry: Operation, executionId: string | undefined): readonly Operation[] {
    const raw = entry['releaseHolds'];
    if (raw === undefined) return [entry];
    const asked = releaseHoldsSchema.parse(raw);
    return this.#undoing(
      (held) =>
        held.account === asked.credentials &&
        held.region === asked.region &&
        held.serverGroup === asked.serverGroupName &&
        held.executionId === (asked.executionId ?? executionId) &&
        (asked.holds?.includes(held.name) ?? true),
    );
  }

  /** What takes everything back that an execution holds. */
  ofExecution(executionId: string): readonly Operation[] {
    return this.#undoing((held) => held.executionId === executionId);
  }

  /** Is a description's release still to be done? */
  releases(description: Json): boolean {
    const id = description[RELEASES_KEY];
    return id === undefined || this.#held.some((held) => held.id === id);
  }

  /** Open holds, of a server group where one is named. */
  open(at?: { readonly account: string; readonly region: string; readonly name: string }): readonly Hold[] {
    return this.#held
      .filter(
        (held) => !at || (held.account === at.account && held.region === at.region && held.serverGroup === at.name),
      )
      .map(({ operations: _, ...hold }) => hold);
  }

  #undoing(which: (held: Held) => boolean): readonly Operation[] {
    return this.#held
      .filter(which)
      .toReversed()
      .flatMap(({ id, operations }) =>
        operations.map((operation, index) =>
          Object.fromEntries(
            Object.entries(operation).map(([name, description]) => [
              name,
              index === operations.length - 1 ? { ...description, [RELEASES_KEY]: id } : description,
            ]),
          ),
        ),
      );
  }
}
