import type { StreamEvent } from '@gennaker/contracts/route';

/** Splits text that arrives in pieces into the events of a server-sent event stream. */
export class EventParser {
  private rest = '';
  private data: string[] = [];
  private id: string | undefined;
  private event: string | undefined;

  /** Takes a piece, answers the events that it completes. `data` is parsed as JSON where it is JSON. */
  push(piece: string): StreamEvent[] {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    const events: StreamEvent[] = [];
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      if (line === '') {
        const event = this.take();
        if (event) events.push(event);
      } else this.field(line);
    }
    return events;
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.data.push(value);
    else if (name === 'id') this.id = value;
    else if (name === 'event') this.event = value;
  }

  private take(): StreamEvent | undefined {
    const { data, id, event } = this;
    this.data = [];
    this.event = undefined;
    this.id = undefined;
    if (data.length === 0) return undefined;
    const text = data.join('\n');
    let value: unknown = text;
    try {
      value = JSON.parse(text);
    } catch {
      // Plain text is allowed.
    }
    return { ...(id === undefined ? {} : { id }), ...(event === undefined ? {} : { event }), data: value };
  }
}

/** The events of one connection, until it ends; leaving the loop cancels the connection. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent, void, undefined> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
