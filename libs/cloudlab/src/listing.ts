import type { Collection, Lab } from './collection.ts';
import { compileFilter } from './filter.ts';
import { REGIONS, ZONES } from './locations.ts';
import { page } from './page.ts';
import { linkOf, splitPath } from './path.ts';
import type { Scope } from './path.ts';
import { CloudProblem } from './problem.ts';

type Query = Readonly<Record<string, string>>;

/** One page of a scope's resources, filtered and ordered as the query says. */
export function listing<T extends object>(kind: string, path: string, all: readonly T[], query: Query): object {
  const keep = compileFilter(query['filter']);
  const { items, nextPageToken } = page(all.filter(keep), orderOf(query['orderBy']), query);
  return {
    kind,
    id: path,
    items,
    selfLink: linkOf(path),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

/** What an aggregated list is made of. */
export interface Aggregation {
  readonly kind: string;
  /** Name of the list within a scope. */
  readonly name: string;
  readonly scopes: readonly Scope['kind'][];
  readonly items: readonly { readonly path: string; readonly item: object }[];
}

/**
 * One page of a whole project's resources, by scope. Scopes without any carry a warning that says so, and so do those
 * that do not answer, where the query takes what there is.
 * @throws CloudProblem 503 where it does not
 */
export function aggregatedListing(
  project: string,
  { kind, name, scopes, items: all }: Aggregation,
  query: Query,
  unreachable: ReadonlySet<string>,
): object {
  const keep = compileFilter(query['filter']);
  const kept = all.filter(({ path, item }) => !unreachable.has(scopeKey(path)) && keep(item));
  const { items, nextPageToken } = page(kept, ({ path }) => path, query);
  const keys = [
    ...(scopes.includes('global') ? ['global'] : []),
    ...(scopes.includes('region') ? REGIONS.map((region) => `regions/${region}`) : []),
    ...(scopes.includes('zone') ? ZONES.map((zone) => `zones/${zone.name}`) : []),
  ];
  const silent = keys.filter((key) => unreachable.has(key));
  if (silent.length > 0 && query['returnPartialSuccess'] !== 'true')
    throw new CloudProblem(503, 'backendError', `${silent.join(', ')} does not answer`);
  const scoped = keys.map((key) => {
    const here = items.filter(({ path }) => scopeKey(path) === key).map(({ item }) => item);
    const empty = {
      warning: {
        ...(silent.includes(key)
          ? { code: 'UNREACHABLE', message: `The scope '${key}' is not reachable.` }
          : { code: 'NO_RESULTS_ON_PAGE', message: `There are no results for scope '${key}' on this page.` }),
        data: [{ key: 'scope', value: key }],
      },
    };
    return [key, here.length === 0 ? empty : { [name]: here }];
  });
  const path = `projects/${project}/aggregated/${name}`;
  return {
    kind,
    id: path,
    items: Object.fromEntries(scoped),
    ...(silent.length === 0 ? {} : { unreachables: silent.map((key) => `projects/${project}/${key}`) }),
    selfLink: linkOf(path),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

/** A stored resource as the API shows it. */
export function shown(
  lab: Lab,
  collection: Collection,
  path: string,
  item: Parameters<NonNullable<Collection['view']>>[2],
): object {
  return collection.view?.(lab, path, item) ?? item;
}

/** What of an item grows with the wanted order: the page token is the last one seen. */
function orderOf(orderBy: string | undefined): (item: object) => string {
  if (orderBy !== undefined && !['', 'name', 'creationTimestamp desc'].includes(orderBy)) {
    throw new CloudProblem(
      400,
      'invalid',
      `Invalid value for field 'orderBy': '${orderBy}'. Lists are ordered by 'name' or 'creationTimestamp desc'.`,
    );
  }
  const nameOf = (item: object): string => String('name' in item ? item.name : '');
  const timeOf = (item: object): string =>
    String('creationTimestamp' in item ? item.creationTimestamp : 'insertTime' in item ? item.insertTime : '');
  return orderBy === 'creationTimestamp desc'
    ? (item) => `${String(9e15 - Date.parse(timeOf(item))).padStart(16, '0')} ${nameOf(item)}`
    : nameOf;
}

function scopeKey(path: string): string {
  const scope = splitPath(path)?.scope;
  return scope === undefined || scope.kind === 'global' ? 'global' : `${scope.kind}s/${scope.location}`;
}
