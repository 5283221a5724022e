/** A call of the client library's transport, as its stubs have them. */
export type StubCall = (
  request: object,
  metadata: object | null,
  options: { readonly deadline?: Date | undefined },
  callback: (error: unknown, answer?: unknown) => void,
) => { cancel(): void };

/** gRPC's code of a deadline that has passed. */
const DEADLINE_EXCEEDED = 4;

/**
 * Keeps the deadline of a call here. The library's own timer is not taken back by an answer, and holds request and
 * answer until it is due.
 */
function withDeadline(call: StubCall): StubCall {
  return (request, metadata, { deadline, ...options }, callback) => {
    let ended = false;
    let late: Error | undefined;
    let timer: NodeJS.Timeout | undefined;
    const running = call(request, metadata, options, (error, answer) => {
      ended = true;
      clearTimeout(timer);
      callback(late ?? error, answer);
    });
    if (deadline && !ended) {
      const ms = Math.max(0, deadline.getTime() - Date.now());
      timer = setTimeout(() => {
        late = Object.assign(new Error(`Deadline exceeded: no answer within ${ms} milliseconds.`), {
          code: DEADLINE_EXCEEDED,
        });
        running.cancel();
      }, ms);
      timer.unref();
    }
    return running;
  };
}

/** Keeps the deadlines of all calls of a stub here. */
export function withDeadlines<S extends object>(stub: S): S {
  const calls = Object.entries(stub).map(([name, call]) => [name, name === 'close' ? call : withDeadline(call)]);
  return Object.fromEntries(calls) as S;
}
