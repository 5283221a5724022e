import type { ArtifactOrigin } from '@gennaker/contracts/artifacts';
import type { Reason } from '@gennaker/contracts/execution';
import { artifactMismatch, artifactTitle } from './artifact-match.ts';

type Json = Readonly<Record<string, unknown>>;

/** An expected artifact of a document, read with tolerance. `document`: as it stands there. */
export interface Expectation {
  readonly id: string;
  readonly title: string;
  readonly match: Json;
  readonly usePrior: boolean;
  /** Absent: it has none, or does not use it. */
  readonly fallback?: Json;
  readonly document: Json;
}

/** The artifacts of an earlier execution of the pipeline. */
export interface PriorArtifacts {
  readonly executionId: string;
  readonly artifacts: readonly Json[];
}

/** What an expectation is bound to, or why it is not. */
export interface Binding {
  readonly expectation: Expectation;
  readonly bound?: Json;
  readonly origin?: ArtifactOrigin;
  /** The earlier execution that had it. */
  readonly executionId?: string;
  /** Why it is not bound: nothing matches, or several do. */
  readonly lack?: 'none' | 'several';
  readonly reason: Reason;
}

/** What can be bound. */
export interface Offer {
  readonly received: readonly Json[];
  /** Artifacts of earlier executions, the newest first; absent: not looked up, and an expectation that uses them waits. */
  readonly prior?: readonly PriorArtifacts[];
  /** What is done when several that were received match; absent: none of them is bound. */
  readonly several?: 'first';
}

/** How many artifacts a reason names. */
const TOLD = 5;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** The expected artifacts of a pipeline's or a stage's document; what is no object there is left out. */
export function expectationsOf(expected: unknown): Expectation[] {
  return objects(expected).map((document) => {
    const match = isObject(document['matchArtifact']) ? document['matchArtifact'] : {};
    const fallback = document['defaultArtifact'];
    const id = text(document['id']);
    return {
      id,
      title: text(document['displayName']) || text(match['name']) || text(match['reference']) || id || 'unnamed',
      match,
      usePrior: isTrue(document['usePriorArtifact']),
      ...(isTrue(document['useDefaultArtifact']) && isObject(fallback) ? { fallback } : {}),
      document,
    };
  });
}

/** Those that a trigger has bound: the ones that it lists, and those with a prior or default artifact of their own. */
export function isConsidered({ id, usePrior, fallback }: Expectation, trigger: Json): boolean {
  const listed: unknown = trigger['expectedArtifactIds'];
  return usePrior || fallback !== undefined || (id !== '' && Array.isArray(listed) && listed.includes(id));
}

/**
 * Binds one expectation: to the one artifact received that matches, else to that of the newest earlier execution that has
 * one, else to its default. Several that match are not chosen from, unless that is asked for. Pure.
 */
export function bindOne(expectation: Expectation, { received, prior, several }: Offer): Binding {
  const { title, match, usePrior, fallback } = expectation;
  const matching = distinct(received.filter((artifact) => artifactMismatch(match, artifact) === undefined));
  const [first, second] = matching;
  if (first && second && several !== 'first')
    return { expectation, lack: 'several', reason: ambiguous(title, matching, 'were received') };
  if (first)
    return {
      expectation,
      bound: first,
      origin: 'received',
      reason: { summary: `"${title}" is ${artifactTitle(first)}, which was received` },
    };
  if (usePrior)
    for (const { executionId, artifacts } of prior ?? []) {
      const earlier = distinct(artifacts.filter((artifact) => artifactMismatch(match, artifact) === undefined));
      const [one, another] = earlier;
      if (one && another) return { expectation, reason: ambiguous(title, earlier, `are in execution ${executionId}`) };
      if (one)
        return {
          expectation,
          bound: one,
          origin: 'prior',
          executionId,
          reason: { summary: `"${title}" is ${artifactTitle(one)}, as in execution ${executionId}` },
        };
    }
  if (fallback)
    return {
      expectation,
      bound: fallback,
      origin: 'default',
      reason: { summary: `"${title}" is ${artifactTitle(fallback)}, its default` },
    };
  return { expectation, lack: 'none', reason: unbound(expectation, received, prior) };
}

function unbound(
  { id, title, match, usePrior }: Expectation,
  received: readonly Json[],
  prior: Offer['prior'],
): Reason {
  const refused = received.map((artifact) => ({
    artifact: artifactTitle(artifact),
    reason: artifactMismatch(match, artifact) ?? '',
  }));
  const told = refused.slice(0, TOLD).map(({ artifact, reason }) => `${artifact}: ${reason}`);
  const more = refused.length - told.length;
  const offered =
    told.length === 0
      ? 'no artifact was received'
      : `of what was received, ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
  const earlier = usePrior && prior ? '; no earlier execution had one' : '';
  return {
    summary: `the expected artifact "${title}" has nothing to be bound to: ${offered}${earlier}`,
    evidence: {
      expectedArtifactId: id,
      matchArtifact: match,
      received: refused,
      earlierExecutions: prior?.length ?? 0,
    },
    next: 'send an artifact that matches, correct what the pipeline expects, or give it a default artifact',
  };
}

function ambiguous(title: string, matching: readonly Json[], where: string): Reason {
  const titles = matching.slice(0, TOLD).map(artifactTitle);
  return {
    summary: `the expected artifact "${title}" could be ${matching.length} artifacts that ${where}: ${titles.join(', ')}${matching.length > TOLD ? ', …' : ''}`,
    evidence: { matching },
    next: 'say more in its matchArtifact (name, version, reference), so that one alone matches',
  };
}

/** The reason as a message that stands alone. */
export function messageOf({ summary }: Reason): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}`;
}

/** The same artifacts, each once: where it comes first. */
export function distinct(artifacts: readonly Json[]): Json[] {
  const seen = new Map<string, Json>();
  for (const artifact of artifacts) {
    const key = keyOf(artifact);
    if (!seen.has(key)) seen.set(key, artifact);
  }
  return [...seen.values()];
}

/** Do two values say the same, but for the order of keys and for keys without a value? */
export function isSame(a: unknown, b: unknown): boolean {
  return keyOf(a) === keyOf(b);
}

/** The same for artifacts that differ in the order of their keys alone, or in keys without a value. */
function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${keyOf(item)}`)
    .join(',')}}`;
}

/** Would the artifact of an(other) earlier execution be bound instead? */
export function wantsEarlier({ expectation, origin, lack }: Binding): boolean {
  return expectation.usePrior && (origin === 'default' || lack === 'none');
}

/** Expected artifacts as executions hold them: with what each is bound to. */
export function boundDocuments(bindings: readonly Binding[]): Json[] {
  return bindings.map(({ expectation, bound }) => ({
    ...expectation.document,
    ...(bound === undefined ? {} : { boundArtifact: bound }),
  }));
}
