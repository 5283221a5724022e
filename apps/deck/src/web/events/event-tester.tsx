import { Button, Group, Select, Textarea, TextInput } from '@mantine/core';
import type { EventTestAnswer } from '@gennaker/contracts/echo';
import { triggerUis } from '@gennaker/triggers/ui';
import { ErrorPanel } from '@gennaker/ui/panels';
import { formatInstant } from '@gennaker/ui/time';
import { useState } from 'react';
import { useEventTest, useRecentEvents } from '../queries/events.ts';
import { eventWords } from './event-words.ts';
import { VerdictList } from './verdict-list.tsx';
import { asTest, problemsOfWritten, type WrittenEvent, writtenFrom } from './written-event.ts';

const TYPES = triggerUis.map(({ type, label }) => ({ value: type, label }));

/**
 * Asks for an event, one that came in or one made up, and shows what it would do. Nothing starts. `pipeline`: it alone is
 * judged, as it stands in the editor; otherwise all pipelines are.
 */
export function EventTester({
  start,
  pipeline,
  onAnswer,
}: {
  readonly start: WrittenEvent;
  readonly pipeline?: Readonly<Record<string, unknown>>;
  readonly onAnswer?: (answer: EventTestAnswer) => void;
}) {
  const recent = useRecentEvents();
  const test = useEventTest();
  const [written, setWritten] = useState(start);
  const [chosen, setChosen] = useState<string>();
  const problems = problemsOfWritten(written);
  const set = (patch: Partial<WrittenEvent>): void => {
    setWritten((was) => ({ ...was, ...patch }));
    setChosen(undefined);
    test.reset();
  };
  const types = TYPES.some(({ value }) => value === written.type)
    ? TYPES
    : [...TYPES, { value: written.type, label: written.type }];
  return (
    <form
      className="gk-rows"
      aria-label="Try an event"
      onSubmit={(event) => {
        event.preventDefault();
        test.mutate(
          {
            ...(chosen === undefined ? asTest(written) : { eventId: chosen }),
            ...(pipeline ? { pipeline: { ...pipeline } } : {}),
          },
          { onSuccess: (answer) => onAnswer?.(answer) },
        );
      }}
    >
      {recent.data && recent.data.length > 0 ? (
        <Select
          label="An event that came in"
          placeholder="Choose one, or write your own below"
          searchable
          data={recent.data.map((event) => ({
            value: event.id,
            label: `${eventWords(event)}, ${formatInstant(event.at)}`,
          }))}
          value={chosen ?? null}
          onChange={(id) => {
            const event = recent.data.find((each) => each.id === id);
            if (!event) return;
            set(writtenFrom(event));
            setChosen(event.id);
          }}
        />
      ) : null}
      <div className="gk-field-grid">
        <Select
          label="Type"
          data={types}
          value={written.type}
          allowDeselect={false}
          onChange={(type) => type !== null && set({ type })}
        />
        <TextInput
          label="Source"
          placeholder="Last part of the webhook's address"
          value={written.source}
          onChange={(event) => set({ source: event.currentTarget.value })}
        />
      </div>
      <Textarea
        label="Headers"
        description="One on each line: name: value"
        autosize
        minRows={1}
        maxRows={6}
        classNames={{ input: 'gk-mono' }}
        error={problems.headers ?? null}
        value={written.headers}
        onChange={(event) => set({ headers: event.currentTarget.value })}
      />
      <Textarea
        label="Body"
        autosize
        minRows={5}
        maxRows={16}
        spellCheck={false}
        classNames={{ input: 'gk-mono' }}
        error={problems.body ?? null}
        value={written.body}
        onChange={(event) => set({ body: event.currentTarget.value })}
      />
      <Group gap="xs">
        <Button type="submit" loading={test.isPending} disabled={Object.keys(problems).length > 0}>
          Try it
        </Button>
        <span className="gk-muted">Nothing starts</span>
      </Group>
      {test.isError ? <ErrorPanel title="It could not be tried" error={test.error} /> : null}
      {test.data ? <VerdictList answer={test.data} /> : null}
    </form>
  );
}
