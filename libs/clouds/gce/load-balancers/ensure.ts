import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import type { Compute, MutateOptions } from '../compute.ts';
import { change, insert, needsNewRule, remove } from './changes.ts';
import { findResource, labelOf, type Place } from './collections.ts';
import { differences, isObject, shown } from './difference.ts';
import { failedAs } from '../errors.ts';
import { changing, ignoreAbsent, insertOnce, removeUnused, undoing } from '../safe-repeat.ts';
import type { Wanted } from './wanted.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is to be done about one resource. `replace`: it can be had only by taking the old one away. */
export type Plan =
  | { readonly act: 'keep' }
  | { readonly act: 'make' }
  | { readonly act: 'change' | 'replace'; readonly before: Fields; readonly after: Fields };

/** What is to be done, from what there is. */
export function planOf(current: Fields | null, wanted: Wanted): Plan {
  if (!current) return { act: 'make' };
  const found = differences(current, wanted.fields);
  if (found.length === 0) return { act: 'keep' };
  const before = Object.fromEntries(found.map(({ field, from }) => [field, from ?? null]));
  const after = Object.fromEntries(found.map(({ field, from, to }) => [field, laidOver(from, to) ?? null]));
  const replace = wanted.place.collection === 'forwardingRules' && found.some(({ field }) => needsNewRule(field));
  return replace ? { act: 'replace', before: current, after } : { act: 'change', before, after };
}

/** What a field is to hold: a write takes it whole, so that of an object what is not wanted stays as it is. */
const laidOver = (from: unknown, to: unknown): unknown =>
  isObject(from) && isObject(to) && !Array.isArray(to) ? { ...from, ...to } : to;

/** A sentence on what would be done; null for nothing. */
export function sentenceOf(plan: Plan, { place, fields, initial }: Wanted): string | null {
  const name = labelOf(place);
  if (plan.act === 'keep') return null;
  if (plan.act === 'make') return `Makes ${name} (${shown({ ...initial, ...fields })}).`;
  const parts = Object.keys(plan.after).map(
    (field) => `${field} from ${shown(plan.before[field])} to ${shown(plan.after[field])}`,
  );
  return `${plan.act === 'change' ? 'Changes' : 'Replaces'} ${name}: ${parts.join('; ')}.`;
}

/** Reads what there is and says what is to be done. */
export async function look(compute: Compute, wanted: Wanted): Promise<Plan> {
  return planOf(await findResource(compute, wanted.place), wanted);
}

/**
 * Brings one resource to what is wanted, journaled: looks, then makes, changes or replaces it. Undone, a new one is
 * removed again and an old one has its former values.
 */
export async function ensure(
  compute: Compute,
  context: OperationContext,
  loadBalancer: string,
  wanted: Wanted,
): Promise<void> {
  const { place } = wanted;
  const name = labelOf(place);
  const options = (purpose: string) => changing(context, `${purpose} ${name}`);
  const undo = (purpose: string) => undoing(context, `${purpose} ${name}`);
  const plan = await context.step(`look at ${name}`, () => look(compute, wanted));
  if (plan.act === 'keep') return;
  const mark = `${madeFor(loadBalancer)} by operation ${context.operationId}`;
  const whole = { description: mark, ...wanted.initial, ...wanted.fields };
  if (plan.act === 'make') {
    await context.progress('LOAD_BALANCER', `Making ${name}`);
    await context.step(
      `make ${name}`,
      () => make(compute, place, whole, mark, options('make')),
      () => unmake(compute, place, mark, undo('make')),
    );
    return;
  }
  if (plan.act === 'change') {
    await context.progress('LOAD_BALANCER', `Changing ${Object.keys(plan.after).join(', ')} of ${name}`);
    await context.step(
      `change ${name}`,
      () => change(compute, place, plan.after, (part) => options(`change ${part}`)),
      async () => {
        if (await findResource(compute, place))
          await change(compute, place, plan.before, (part) => undo(`change ${part}`));
      },
    );
    return;
  }
  await context.progress('LOAD_BALANCER', `Replacing ${name}: ${Object.keys(plan.after).join(', ')} cannot be changed`);
  const old = inputsOf(plan.before);
  await context.step(
    `take away ${name}`,
    () => ignoreAbsent(remove(compute, place, options('take away'))),
    async () => {
      if (await findResource(compute, place)) return;
      try {
        await insert(compute, place, old, undo('take away'));
      } catch (error) {
        if (!failedAs(error, 'invalid')) throw error;
        await insert(compute, place, withAddress(old, {}), undo('take away without address'));
      }
    },
  );
  await context.step(
    `make ${name}`,
    () => make(compute, place, { ...withAddress(old, wanted.fields), description: mark }, mark, options('make')),
    () => unmake(compute, place, mark, undo('make')),
  );
}

/** A rule that is made anew keeps its address only where it was asked for: one that the cloud chose is the cloud's again. */
function withAddress(old: Fields, wanted: Fields): Fields {
  return { ...old, IPAddress: undefined, ...wanted };
}

/** What exists already is ours, from before a crash between the insert and the journal; or somebody's who was faster. */
function make(compute: Compute, place: Place, fields: Fields, mark: string, options: MutateOptions): Promise<void> {
  return insertOnce(
    () => insert(compute, place, fields, options),
    () => isMarked(compute, place, mark),
  );
}

async function unmake(compute: Compute, place: Place, mark: string, options: MutateOptions): Promise<void> {
  if (await isMarked(compute, place, mark)) await ignoreAbsent(remove(compute, place, options));
}

async function isMarked(compute: Compute, place: Place, mark: string): Promise<boolean> {
  return (await findResource(compute, place))?.['description'] === mark;
}

/** Beginning of the description of what is made for a load balancer; its end says by which operation. */
export const madeFor = (loadBalancer: string): string => `Made for load balancer ${loadBalancer}`;

/**
 * Removes what there is, journaled; undone, it is made again as it was. What something else uses stays.
 * @returns the places that stayed
 */
export async function removeAll(
  compute: Compute,
  context: OperationContext,
  places: readonly Place[],
  undoable: boolean,
): Promise<Place[]> {
  const kept: Place[] = [];
  for (const place of places) {
    const name = labelOf(place);
    await context.progress('LOAD_BALANCER', `Removing ${name}`);
    const old = await context.step(`look at ${name} once more`, async () => {
      const current = undoable ? await findResource(compute, place) : null;
      return current && inputsOf(current);
    });
    const gone = await context.step(
      `remove ${name}`,
      () => removeUnused(remove(compute, place, changing(context, `remove ${name}`))),
      old
        ? async () => {
            if (!(await findResource(compute, place)))
              await insert(compute, place, old, undoing(context, `remove ${name}`));
          }
        : { stays: (removed) => (removed ? `${name} is deleted` : null) },
    );
    if (!gone) kept.push(place);
  }
  return kept;
}

const OUTPUTS = new Set([
  'id',
  'kind',
  'selfLink',
  'selfLinkWithId',
  'creationTimestamp',
  'region',
  'fingerprint',
  'labelFingerprint',
]);

/** What a resource was made with, as far as it can be made with it again. */
function inputsOf(current: Fields): Fields {
  return Object.fromEntries(
    Object.entries(current).filter(
      ([key, value]) =>
        !OUTPUTS.has(key) &&
        !key.startsWith('_') &&
        value !== null &&
        (Array.isArray(value) ? value.length > 0 : typeof value !== 'object'),
    ),
  );
}
