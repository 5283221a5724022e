import type { ArtifactBinding, ArtifactBindings, OfferedArtifact } from '@gennaker/contracts/artifacts';
import type { ExecutionTrigger } from '@gennaker/contracts/execution';
import type { Json } from '@gennaker/engine/model';
import { artifactMismatch, artifactTitle } from '@gennaker/extension-sdk/artifact-match';
import {
  type Expectation,
  bindOne,
  distinct,
  expectationsOf,
  isConsidered,
} from '@gennaker/extension-sdk/bind-artifacts';
import type { Queryable } from '@gennaker/store/database';
import { receivedBy } from './bind-at-start.ts';
import { type EarlierArtifacts, earlierArtifacts } from './earlier-artifacts.ts';

/** How many artifacts are offered for one expectation. */
const MOST_OFFERS = 50;

/** An artifact to choose, before it is asked whether it matches. */
type Candidate = Pick<OfferedArtifact, 'origin' | 'executionId' | 'at'> & { readonly artifact: Json };

/**
 * What a start of a pipeline with this trigger would bind to each artifact that it expects, and what there is to choose from:
 * what the trigger brings, what earlier executions had, and the default. Nothing is started.
 */
export async function bindingsOf(
  db: Queryable,
  document: Json & { readonly application: string },
  trigger: ExecutionTrigger,
): Promise<ArtifactBindings> {
  const { id: configId, application } = document;
  const earlier: EarlierArtifacts[] = [];
  if (typeof configId === 'string')
    for await (const one of earlierArtifacts(db, { application, configId })) earlier.push(one);
  const received = distinct(receivedBy(document, trigger));
  const candidates: Candidate[] = [
    ...received.map((artifact) => ({ artifact, origin: 'received' as const })),
    ...earlier.flatMap(({ executionId, buildTime: at, artifacts, ofTrigger }, index) =>
      distinct(artifacts).map((artifact): Candidate => {
        const origin = index === 0 && ofTrigger.includes(artifact) ? 'latest' : 'prior';
        return { artifact, origin, executionId, at };
      }),
    ),
  ];
  const bindings = expectationsOf(document['expectedArtifacts']).map((expectation): ArtifactBinding => {
    const { id, title } = expectation;
    const offers = offersFor(expectation, candidates);
    if (!isConsidered(expectation, trigger))
      return { id, displayName: title, considered: false, reason: leftOut(title), offers };
    const { bound, origin, executionId, reason } = bindOne(expectation, { received, prior: earlier });
    return {
      id,
      displayName: title,
      considered: true,
      ...(bound === undefined ? {} : { bound }),
      ...(origin === undefined ? {} : { origin }),
      ...(executionId === undefined ? {} : { executionId }),
      reason,
      offers,
    };
  });
  const refused = bindings.find(({ considered, bound }) => considered && bound === undefined);
  return { bindings, ...(refused ? { problem: refused.reason } : {}) };
}

function leftOut(title: string): ArtifactBinding['reason'] {
  return {
    summary: `"${title}" stays unbound: this trigger does not list it, and it has neither a prior nor a default artifact`,
    next: 'add it to the expected artifacts of the trigger, or give it a default artifact',
  };
}

/** Each artifact once, where it came from last; those that match first. */
function offersFor({ match, fallback }: Expectation, candidates: readonly Candidate[]): OfferedArtifact[] {
  const all: Candidate[] = [...candidates, ...(fallback ? [{ artifact: fallback, origin: 'default' as const }] : [])];
  const kept = new Set(distinct(all.map(({ artifact }) => artifact)));
  const judged = all
    .filter(({ artifact }) => kept.delete(artifact))
    .map(({ artifact, ...rest }): OfferedArtifact => {
      const why = rest.origin === 'default' ? undefined : artifactMismatch(match, artifact);
      return {
        artifact,
        ...rest,
        matches: why === undefined,
        reason: `${artifactTitle(artifact)}: ${why ?? (rest.origin === 'default' ? 'the default' : 'it matches')}`,
      };
    });
  return [...judged.filter(({ matches }) => matches), ...judged.filter(({ matches }) => !matches)].slice(
    0,
    MOST_OFFERS,
  );
}
