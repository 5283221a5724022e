import type { ComponentType } from 'react';
import type { Icon } from './icons.tsx';
import type { JsonObject } from './stage-ui.tsx';

/** A field of an artifact, in the words of its type. */
export interface ArtifactField {
  readonly key: 'name' | 'version' | 'location' | 'reference';
  readonly label: string;
  readonly help?: string;
  readonly placeholder?: string;
  /** An artifact that is fetched needs it; one that is only looked for does not. */
  readonly required?: boolean;
}

/** What a form of an artifact gets in place of fields. */
export interface ArtifactFormProps {
  readonly artifact: JsonObject;
  /** Merges keys into the artifact; a key set to undefined is removed. */
  readonly onChange: (patch: JsonObject) => void;
}

/** A kind of artifacts in the browser. */
export interface ArtifactUi {
  /** Types of the artifacts that it is about, such as `docker/image`. */
  readonly types: readonly string[];
  readonly label: string;
  /** One sentence for the list of types. */
  readonly description: string;
  readonly icon: Icon;
  /** Asked for in this order; also what a match of such artifacts may look at. */
  readonly fields: readonly ArtifactField[];
  /** Asks for a whole artifact (a default one) where fields of text are not enough. */
  readonly Form?: ComponentType<ArtifactFormProps>;
  /** The artifact in one line; empty when nothing is set yet. */
  readonly summary: (artifact: JsonObject) => string;
}

/** Declares the user interface of a kind of artifacts. */
export function defineArtifactUi(ui: ArtifactUi): ArtifactUi {
  return ui;
}
