import type { Pipeline } from '@gennaker/contracts/front50';
import type { Choices } from '@gennaker/ui/live-data';
import { type JsonObject, list, object, text } from '@gennaker/ui/stage-ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';
import { choices, named } from './live-choices.ts';

/** Choices change rarely: they are read again after this long, in ms. */
const FRESH_MS = 30_000;

/** The artifacts that a pipeline or a stage expects, as its JSON has them. */
export function expectedArtifactsOf(of: JsonObject): JsonObject[] {
  return list(of['expectedArtifacts']).map(object);
}

/** What a start of the pipeline, saved or not, would bind to each expected artifact; `chosen`: what the start brings. */
export function useArtifactBindings(pipeline: Pipeline, chosen: readonly JsonObject[] = []) {
  const expected = expectedArtifactsOf(pipeline);
  const trigger = {
    type: 'manual',
    artifacts: chosen.map((artifact) => ({ ...artifact })),
    expectedArtifactIds: expected.map(({ id }) => text(id)).filter(Boolean),
  };
  return useQuery({
    queryKey: keys.artifacts('bindings', pipeline.id ?? '', JSON.stringify([expected, chosen])),
    queryFn: ({ signal }) =>
      gate.bindingsOf(
        {
          body: {
            application: pipeline.application,
            pipeline: { id: pipeline.id, expectedArtifacts: expected },
            trigger,
          },
        },
        { signal },
      ),
    enabled: expected.length > 0,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

/** Accounts that artifacts of a type are fetched with. */
export function useArtifactAccounts(type: string): Choices {
  const result = useQuery({
    queryKey: keys.artifacts('accounts'),
    queryFn: ({ signal }) => gate.artifactAccounts({}, { signal }),
    staleTime: FRESH_MS,
  });
  return choices(
    result,
    (all) => named(all.filter(({ types }) => type === '' || types.includes(type)).map(({ name }) => name)),
    'No account is set up for such artifacts',
  );
}

/** Names of the artifacts that an account offers. */
export function useArtifactNames(account: string, type: string): Choices {
  const result = useQuery({
    queryKey: keys.artifacts('names', account, type),
    queryFn: ({ signal }) =>
      gate.artifactNames({ params: { account }, query: { type: type || undefined } }, { signal }),
    enabled: account !== '',
    retry: false,
    staleTime: FRESH_MS,
  });
  return choices(result, named, '');
}

/** Versions that an account offers of an artifact. */
export function useArtifactVersions(account: string, type: string, artifactName: string): Choices {
  const result = useQuery({
    queryKey: keys.artifacts('versions', account, type, artifactName),
    queryFn: ({ signal }) =>
      gate.artifactVersions({ params: { account }, query: { type: type || undefined, artifactName } }, { signal }),
    enabled: account !== '' && artifactName !== '',
    retry: false,
    staleTime: FRESH_MS,
  });
  return choices(result, named, '');
}
