import { ActionIcon, Button, TextInput } from '@mantine/core';
import type { ArtifactBinding } from '@gennaker/contracts/artifacts';
import { SwitchField } from '@gennaker/ui/fields';
import { CloseIcon, PlusIcon } from '@gennaker/ui/icons';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { isOn, object, text } from '@gennaker/ui/stage-ui';
import { merge } from '../editor/pipeline-operations.ts';
import { ArtifactFields, MatchFields } from './artifact-fields.tsx';
import { expectationName } from './artifact-words.ts';
import { BindingLine } from './binding-line.tsx';

/** Artifacts that are expected: how each is told from others, and what stands in where it does not come. */
export function ExpectedArtifactList({
  title,
  none,
  expected,
  bindings,
  prior,
  onChange,
}: {
  readonly title: string;
  /** What is said while none is expected. */
  readonly none: string;
  readonly expected: readonly JsonObject[];
  /** What would be bound to each now, where that is known. */
  readonly bindings?: readonly ArtifactBinding[] | undefined;
  /** May one of an earlier execution stand in? */
  readonly prior: boolean;
  readonly onChange: (expected: JsonObject[], field?: string) => void;
}) {
  const add = (): void =>
    onChange([
      ...expected,
      {
        id: crypto.randomUUID(),
        displayName: freeName(expected),
        matchArtifact: {},
        usePriorArtifact: false,
        useDefaultArtifact: false,
        defaultArtifact: {},
      },
    ]);
  return (
    <div className="panel-options">
      <div className="panel-list-head">
        <h3 className="gk-section-title">{title}</h3>
        <Button size="compact-sm" variant="default" leftSection={<PlusIcon size={14} />} onClick={add}>
          Add artifact
        </Button>
      </div>
      {expected.length === 0 ? <p className="gk-muted panel-none">{none}</p> : null}
      <div className="gk-rows">
        {expected.map((each, index) => (
          <ExpectedArtifact
            key={text(each['id']) || index}
            expected={each}
            index={index}
            prior={prior}
            binding={bindings?.[index]}
            onChange={(patch) =>
              onChange(
                expected.map((one, at) => (at === index ? merge(one, patch) : one)),
                `artifact:${index}:${Object.keys(patch).join()}`,
              )
            }
            onRemove={() => onChange(expected.filter((_, at) => at !== index))}
          />
        ))}
      </div>
    </div>
  );
}

/** `artifact-1`, or the next that no other is called. */
function freeName(expected: readonly JsonObject[]): string {
  const taken = new Set(expected.map(({ displayName }) => displayName));
  let count = expected.length + 1;
  while (taken.has(`artifact-${count}`)) count++;
  return `artifact-${count}`;
}

function ExpectedArtifact({
  expected,
  index,
  prior,
  binding,
  onChange,
  onRemove,
}: {
  readonly expected: JsonObject;
  readonly index: number;
  readonly prior: boolean;
  readonly binding: ArtifactBinding | undefined;
  readonly onChange: (patch: JsonObject) => void;
  readonly onRemove: () => void;
}) {
  const name = expectationName(expected, index);
  const match = object(expected['matchArtifact']);
  const fallback = object(expected['defaultArtifact']);
  return (
    <div className="gk-group gk-rows" role="group" aria-label={`Expected artifact ${name}`}>
      <div className="panel-list-head" style={{ marginBottom: 0 }}>
        <TextInput
          aria-label={`Name of artifact ${index + 1}`}
          value={text(expected['displayName'])}
          error={text(expected['displayName']) || text(expected['id']) ? null : 'An artifact needs a name'}
          onChange={(event) => onChange({ displayName: event.currentTarget.value })}
        />
        <ActionIcon variant="subtle" color="gray" aria-label={`Remove the artifact ${name}`} onClick={onRemove}>
          <CloseIcon size={15} />
        </ActionIcon>
      </div>
      <section aria-label={`What ${name} must be`}>
        <div className="picked-name">It must be</div>
        <MatchFields artifact={match} onChange={(patch) => onChange({ matchArtifact: merge({ ...match }, patch) })} />
      </section>
      {prior ? (
        <SwitchField
          label="Otherwise the one of an earlier execution"
          help="The newest that had one"
          value={isOn(expected['usePriorArtifact'])}
          onChange={(usePriorArtifact) => onChange({ usePriorArtifact })}
        />
      ) : null}
      <SwitchField
        label="Otherwise a default"
        help="It satisfies triggers, too"
        value={isOn(expected['useDefaultArtifact'])}
        onChange={(useDefaultArtifact) =>
          onChange({
            useDefaultArtifact,
            ...(useDefaultArtifact && Object.keys(fallback).length === 0 && text(match['type'])
              ? { defaultArtifact: { type: match['type'] } }
              : {}),
          })
        }
      />
      {isOn(expected['useDefaultArtifact']) ? (
        <section aria-label={`Default of ${name}`}>
          <div className="picked-name">The default</div>
          <ArtifactFields
            artifact={fallback}
            onChange={(patch) => onChange({ defaultArtifact: merge({ ...fallback }, patch) })}
          />
        </section>
      ) : null}
      {binding ? <BindingLine binding={binding} /> : null}
    </div>
  );
}
