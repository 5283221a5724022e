import { createContext, useContext, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
const fixed = (): (() => void) => () => undefined;

/** The current time (epoch ms), once a second while `ticking`; all users share one timer. */
export function useNow(ticking = true): number {
  const value = useSyncExternalStore(
    ticking ? subscribe : fixed,
    () => now,
    () => now,
  );
  return Math.max(value, ticking ? value : Date.now());
}

/** `1h 02m`, `3m 04s`, `12s` of a length in ms. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (days > 0) return `${days}d ${two(hours)}h`;
  if (hours > 0) return `${hours}h ${two(minutes)}m`;
  if (minutes > 0) return `${minutes}m ${two(seconds % 60)}s`;
  return `${seconds}s`;
}

/** `just now`, `3 min ago`, `2 h ago`, `4 days ago`. */
export function formatAgo(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  const days = Math.round(seconds / 86_400);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** The instant (epoch ms) that a part of the page shows; undefined: the present. */
export const Moment = createContext<number | undefined>(undefined);

/** Elapsed time between two instants (epoch ms); ticks while there is no end, unless a past moment is shown. */
export function Elapsed({ from, to }: { readonly from: number | undefined; readonly to?: number | undefined }) {
  const moment = useContext(Moment);
  const current = useNow(to === undefined && from !== undefined && moment === undefined);
  if (from === undefined) return null;
  return <span className="gk-num">{formatDuration((to ?? moment ?? current) - from)}</span>;
}

/** How long ago an instant (epoch ms) was; the absolute time is its title. */
export function Ago({ at }: { readonly at: number }) {
  const current = useNow();
  return (
    <time className="gk-num" dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
      {formatAgo(current - at)}
    </time>
  );
}

const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/gu;

/** A sentence with its instants (ISO 8601, UTC) in the reader's own time; those of today without the day. */
export function withLocalTimes(sentence: string): string {
  return sentence.replaceAll(INSTANT, (instant) => formatInstant(Date.parse(instant)));
}

/** An instant (epoch ms) in the reader's own time; the day is left out when it is today. */
export function formatInstant(at: number): string {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString() ? date.toLocaleTimeString() : date.toLocaleString();
}
