import { useEffect, useRef, useState } from 'react';
import type { LogPiece } from './live-data.tsx';
import { CopyText, ErrorPanel } from './panels.tsx';

/** Pause between reads while a log grows, in ms; each failure doubles it, up to the longest. */
const PAUSE_MS = 800;
const LONGEST_PAUSE_MS = 30_000;
/** How much of a log that exists already is worth reading at first, in bytes. */
export const LOG_TAIL_BYTES = 200_000;
/** Characters kept on screen; older ones are dropped from the top. */
const KEPT = 400_000;

/** A growing log: sticks to its end until somebody scrolls up. `read` answers what follows an offset. */
export function LogView({
  id,
  title,
  read,
}: {
  readonly id: string;
  readonly title: string;
  readonly read: (offset: number, signal: AbortSignal) => Promise<LogPiece>;
}) {
  const [log, setLog] = useState('');
  const [complete, setComplete] = useState(false);
  const [trouble, setTrouble] = useState<unknown>();
  const [follows, setFollows] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  const reader = useRef(read);
  reader.current = read;
  useEffect(() => {
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      let offset = 0;
      let pause = PAUSE_MS;
      setLog('');
      setComplete(false);
      setTrouble(undefined);
      while (!stop.signal.aborted) {
        try {
          const piece = await reader.current(offset, stop.signal);
          const text = leftOut(offset, piece.start) + piece.text;
          offset = piece.nextOffset;
          pause = PAUSE_MS;
          setTrouble(undefined);
          if (text) setLog((was) => (was + text).slice(-KEPT));
          if (piece.complete) {
            setComplete(true);
            return;
          }
        } catch (error) {
          if (stop.signal.aborted) return;
          setTrouble(error);
          pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
        await seen(stop.signal);
      }
    };
    void run();
    return () => stop.abort();
  }, [id]);
  useEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [log, follows]);
  return (
    <div className="gk-log">
      <div className="gk-log-head">
        <span>{title}</span>
        <span role="status">{complete ? 'Complete' : trouble ? 'Trying again' : 'Live'}</span>
        <span style={{ flex: 1 }} />
        {!follows ? (
          <button type="button" onClick={() => setFollows(true)}>
            Follow the end
          </button>
        ) : null}
        <CopyText text={log} label="Copy the log" />
      </div>
      {trouble ? <ErrorPanel title="It cannot be read now" error={trouble} /> : null}
      <pre
        ref={box}
        tabIndex={0}
        aria-label={title}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          setFollows(scrollHeight - scrollTop - clientHeight < 24);
        }}
      >
        {log || (complete ? 'It wrote nothing.' : 'Nothing written yet.')}
      </pre>
    </div>
  );
}

/** Tells that what stands between an offset and where a piece begins is missing; empty where nothing is. */
function leftOut(offset: number, start = offset): string {
  if (start < offset) return '\n⋯ it began anew ⋯\n';
  return start > offset ? `\n⋯ ${(start - offset).toLocaleString('en')} bytes are left out ⋯\n` : '';
}

/** Waits until somebody can see the page; once the signal is aborted, nothing follows any more. */
async function seen(signal: AbortSignal): Promise<void> {
  while (document.hidden && !signal.aborted)
    await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true, signal }));
}
