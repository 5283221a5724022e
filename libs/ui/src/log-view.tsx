import { useEffect, useRef, useState } from 'react';
import type { LogPiece } from './live-data.tsx';
import { CopyText } from './panels.tsx';

/** Pause between reads while a log grows, in ms. */
const PAUSE_MS = 800;
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
  const [state, setState] = useState<'reading' | 'complete' | 'lost'>('reading');
  const [follows, setFollows] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  const reader = useRef(read);
  reader.current = read;
  useEffect(() => {
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      let offset = 0;
      setLog('');
      setState('reading');
      while (!stop.signal.aborted) {
        try {
          const piece = await reader.current(offset, stop.signal);
          offset = piece.nextOffset;
          if (piece.text) setLog((was) => (was + piece.text).slice(-KEPT));
          if (piece.complete) {
            setState('complete');
            return;
          }
          setState('reading');
        } catch {
          if (stop.signal.aborted) return;
          setState('lost');
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
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
        <span role="status">
          {state === 'complete' ? 'Complete' : state === 'lost' ? 'Cannot be read now, trying again' : 'Live'}
        </span>
        <span style={{ flex: 1 }} />
        {!follows ? (
          <button type="button" onClick={() => setFollows(true)}>
            Follow the end
          </button>
        ) : null}
        <CopyText text={log} label="Copy the log" />
      </div>
      <pre
        ref={box}
        tabIndex={0}
        aria-label={title}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          setFollows(scrollHeight - scrollTop - clientHeight < 24);
        }}
      >
        {log || (state === 'complete' ? 'It wrote nothing.' : 'Nothing written yet.')}
      </pre>
    </div>
  );
}
