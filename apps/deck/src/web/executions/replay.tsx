import { Button, Slider } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { PlayIcon, PausedIcon } from '@gennaker/ui/icons';
import { ErrorPanel } from '@gennaker/ui/panels';
import { object, text } from '@gennaker/ui/stage-ui';
import { formatDuration, withLocalTimes } from '@gennaker/ui/time';
import { useEffect, useRef, useState } from 'react';
import type { HistoryEvent } from '../queries/insight.ts';
import { useHistory } from '../queries/insight.ts';

/** Time between two events while it plays, in ms. */
const STEP_MS = 700;

/** A slider over the events of an execution; `at` is the sequence shown first, undefined means live. */
export function Replay({
  execution,
  at: begunAt,
  onAt,
}: {
  readonly execution: ExecutionView;
  readonly at: number | undefined;
  readonly onAt: (sequence: number | undefined) => void;
}) {
  const history = useHistory(execution.id);
  // The address follows behind: fast keys would be counted from a place that was left already.
  const [at, setAt] = useState(begunAt);
  const show = (sequence: number | undefined): void => {
    setAt(sequence);
    onAt(sequence);
  };
  const events = history.data ?? [];
  const last = events.length - 1;
  const found = at === undefined ? last : events.findLastIndex(({ sequence }) => sequence <= at);
  const index = Math.max(0, found);
  const [playing, setPlaying] = useState(false);
  const runs = playing && index < last;
  const list = useRef<HTMLOListElement>(null);
  const go = (to: number): void => {
    const event = events[Math.min(last, Math.max(0, to))];
    if (event) show(event.sequence);
  };
  const step = useRef(go);
  step.current = go;
  useEffect(() => {
    if (!runs) return;
    const timer = setTimeout(() => step.current(index + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [runs, index]);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [index]);
  if (history.isError) return <ErrorPanel title="Its events could not be read" error={history.error} />;
  if (events.length === 0)
    return <p className="gk-muted">{history.isPending ? 'Reading its events' : 'Nothing has happened yet.'}</p>;
  const begin = events[0]?.at ?? 0;
  const current = events[index];
  return (
    <section className="card replay" aria-label="Replay">
      <div className="replay-head">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={runs ? <PausedIcon size={14} /> : <PlayIcon size={14} />}
          onClick={() => {
            if (!runs && index >= last) go(0);
            setPlaying(!runs);
          }}
        >
          {runs ? 'Stop' : 'Play'}
        </Button>
        <Slider
          className="replay-slider"
          thumbLabel="Event"
          min={0}
          max={Math.max(1, last)}
          step={1}
          value={index}
          disabled={last < 1}
          label={(value) => `${value + 1} of ${events.length}`}
          {...(events.length <= 60 ? { marks: events.map((_, value) => ({ value })) } : {})}
          onChange={go}
          thumbValueText={current ? `${index + 1} of ${events.length}: ${sentence(execution, current)}` : ''}
        />
        <Button
          size="compact-sm"
          variant={at === undefined ? 'filled' : 'default'}
          aria-pressed={at === undefined}
          onClick={() => {
            setPlaying(false);
            show(undefined);
          }}
        >
          Live
        </Button>
      </div>
      <ol ref={list} className="replay-events" aria-label="Events">
        {events.map((event, position) => (
          <li key={event.sequence} aria-current={position === index ? 'step' : undefined}>
            <button type="button" className="replay-event" onClick={() => show(event.sequence)}>
              <span className="gk-num gk-muted">+{formatDuration(event.at - begin)}</span>
              <span>{sentence(execution, event)}</span>
              <span className="gk-muted">{decidedBy(event)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** An event in words: `Deploy: stage started`. */
function sentence(execution: ExecutionView, event: HistoryEvent): string {
  const stage = execution.stages.find(({ id }) => id === text(event.data['stageId']));
  const words = event.type.replaceAll(/([a-z])([A-Z])/gu, '$1 $2').toLowerCase();
  const status = text(event.data['status']);
  return `${stage ? `${stage.name}: ${words}` : words.charAt(0).toUpperCase() + words.slice(1)}${status ? ` (${status})` : ''}`;
}

/** Who or what decided it: the person, the reason, the cause. */
function decidedBy(event: HistoryEvent): string {
  const { data } = event;
  const who = text(data['user']) || text(data['by']) || text(object(data['by'])['user']);
  const why = text(object(data['reason'])['summary']) || text(data['reason']) || text(data['cause']);
  return [who ? `by ${who}` : '', withLocalTimes(why)].filter(Boolean).join(': ');
}
