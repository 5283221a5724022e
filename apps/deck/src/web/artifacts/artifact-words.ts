import { artifactUis } from '@gennaker/artifacts/ui';
import type { ArtifactUi } from '@gennaker/ui/artifact-ui';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { text } from '@gennaker/ui/stage-ui';

/** How artifacts of a type are asked for; undefined: nothing special is known of them. */
export function artifactUiOf(type: string): ArtifactUi | undefined {
  return artifactUis.find(({ types }) => types.includes(type));
}

/** An artifact in one line: `docker/image registry/shop:1.2`. */
export function artifactWords(artifact: JsonObject): string {
  const type = text(artifact['type']);
  const summary = artifactUiOf(type)?.summary(artifact);
  const plain = [text(artifact['name']) || text(artifact['reference']), text(artifact['version'])]
    .filter(Boolean)
    .join(' ');
  return [type, summary || plain].filter(Boolean).join(' ') || 'anything';
}

/** What an expectation is called. */
export function expectationName(expected: JsonObject, index: number): string {
  return text(expected['displayName']) || text(expected['id']) || `Artifact ${index + 1}`;
}
