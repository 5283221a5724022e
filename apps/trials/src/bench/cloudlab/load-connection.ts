import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** How a request ended: the text of its answer, or what went wrong. */
export type Ending = { readonly text: string } | { readonly failure: string };

const END_OF_HEAD = '\r\n\r\n';

/** One HTTP/1.1 connection for one request at a time. It is as lean as can be: what it costs is taken from what is measured. */
export class LoadConnection {
  readonly #socket: Socket;
  readonly #left: (connection: LoadConnection) => void;
  #done: ((ending: Ending) => void) | undefined;
  #received = '';
  /** When the request under way was sent, on the clock of `performance.now()`. */
  sentAt = 0;
  /** Whether it can take another request. */
  usable = true;

  /** @param left called when it can take no more requests, once */
  constructor(host: string, port: number, left: (connection: LoadConnection) => void) {
    this.#left = left;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (piece: string) => this.#take(piece));
    this.#socket.on('error', (cause: Error & { readonly code?: string }) =>
      this.#end({ failure: cause.code ?? cause.message }),
    );
    for (const event of ['end', 'close'])
      this.#socket.on(event, () => this.#end({ failure: 'closed before the answer' }));
  }

  get busy(): boolean {
    return this.#done !== undefined;
  }

  /** Sends a GET request. @param last whether the connection ends with it */
  ask(path: string, last: boolean, now: number, done: (ending: Ending) => void): void {
    this.#done = done;
    this.#received = '';
    this.sentAt = now;
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\n${last ? 'Connection: close\r\n' : ''}\r\n`, 'latin1');
  }

  /** Breaks it off; a request under way fails for that reason. */
  break(failure: string): void {
    this.#end({ failure });
  }

  #take(piece: string): void {
    this.#received = this.#received === '' ? piece : this.#received + piece;
    const head = this.#received.indexOf(END_OF_HEAD);
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#received)?.[1] ?? Number.NaN);
    const begin = head + END_OF_HEAD.length;
    if (Number.isNaN(length)) return this.#end({ failure: 'an answer without content-length' });
    if (this.#received.length < begin + length) return;
    const text = this.#received.slice(begin, begin + length).trim();
    if (!this.#received.startsWith('HTTP/1.1 200')) {
      this.#end({ failure: `${this.#received.slice(9, 12)} ${text.replaceAll('\n', ' ')}` });
    } else if (/\r\nconnection: *close/i.test(this.#received)) {
      this.#end({ text });
    } else {
      this.#answer({ text });
    }
  }

  #end(ending: Ending): void {
    if (this.usable) {
      this.usable = false;
      this.#left(this);
    }
    this.#answer(ending);
    this.#socket.destroy();
  }

  #answer(ending: Ending): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(ending);
  }
}
