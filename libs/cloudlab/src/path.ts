import { invalid } from './problem.ts';

/** Where self links begin, as the real API writes them. */
export const LINK_BASE = 'https://www.googleapis.com/compute/v1/';

/** A place that resources live in: the whole project, one region or one zone. */
export interface Scope {
  readonly kind: 'global' | 'region' | 'zone';
  readonly project: string;
  /** Name of the zone or region; empty when global. */
  readonly location: string;
  /** `projects/p/global`, `projects/p/zones/z` or `projects/p/regions/r`. */
  readonly path: string;
}

/** The global scope of a project. */
export function globalScope(project: string): Scope {
  return { kind: 'global', project, location: '', path: `projects/${project}/global` };
}

/** One zone of a project. */
export function zoneScope(project: string, zone: string): Scope {
  return { kind: 'zone', project, location: zone, path: `projects/${project}/zones/${zone}` };
}

/** One region of a project. */
export function regionScope(project: string, region: string): Scope {
  return { kind: 'region', project, location: region, path: `projects/${project}/regions/${region}` };
}

/** The parts of a resource path such as `projects/p/zones/z/instances/i`. */
export interface PathParts {
  readonly scope: Scope;
  readonly collection: string;
  readonly name: string;
}

/** Splits a resource path; undefined when it is none. */
export function splitPath(path: string): PathParts | undefined {
  const parts = path.split('/');
  if (parts[0] !== 'projects' || parts[1] === undefined) return undefined;
  const project = parts[1];
  if (parts[2] === 'global' && parts.length === 5) {
    return { scope: globalScope(project), collection: parts[3] ?? '', name: parts[4] ?? '' };
  }
  if (parts.length !== 6) return undefined;
  const [, , kind, location, collection, name] = parts;
  if (location === undefined || collection === undefined || name === undefined) return undefined;
  if (kind === 'zones') return { scope: zoneScope(project, location), collection, name };
  if (kind === 'regions') return { scope: regionScope(project, location), collection, name };
  return undefined;
}

/** The link of a resource path. */
export function linkOf(path: string): string {
  return LINK_BASE + path;
}

/**
 * The resource path that a reference means: a full URL of any host, `projects/...`, or one that starts at
 * `global/`, `zones/` or `regions/` of the given project.
 * @throws CloudProblem 400 naming the field
 */
export function pathOf(reference: string, project: string, field: string): string {
  const start = reference.search(/(^|\/)projects\//);
  const path = start >= 0 ? reference.slice(start).replace(/^\//, '') : `projects/${project}/${reference}`;
  const trimmed = path.replace(/\/$/, '');
  if (splitPath(trimmed) === undefined) {
    throw invalid(
      field,
      `'${reference}'. The URL is malformed; give the resource's selfLink or its path from projects/ on.`,
    );
  }
  return trimmed;
}

/** Last part of a URL or path. */
export function lastPart(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
