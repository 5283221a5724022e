import { open } from 'node:fs/promises';

/** A listening TCP socket of this machine. */
export interface ListeningSocket {
  /** Dotted IPv4 address, or an IPv6 address as 32 hex digits. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
  readonly wildcard: boolean;
}

const LISTEN = '0A';
const MAPPED = '0000000000000000FFFF0000';
const PIECE = 64 << 10;
/** How long one look at the machine's sockets serves everybody who asks, milliseconds. */
const SHARED_MS = 250;

/** What a look at the machine's sockets found. */
export interface SocketsSeen {
  readonly sockets: readonly ListeningSocket[];
  /** When the look was over, by `performance.now()`. */
  readonly seenAt: number;
}

let shared: { readonly seen: Promise<SocketsSeen>; readonly at: number } | undefined;

/** Every listening TCP socket of this network name space, as of a moment ago. */
export function listeningSockets(): Promise<SocketsSeen> {
  const now = performance.now();
  if (shared === undefined || now - shared.at > SHARED_MS) {
    const tables = Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(beginning));
    const seen = tables.then((texts) => ({ sockets: texts.flatMap(parseListening), seenAt: performance.now() }));
    shared = { seen, at: now };
  }
  return shared.seen;
}

/**
 * The listening sockets of a table of /proc/net. They stand before all connections, of which there may be thousands:
 * nothing behind them is looked at.
 */
export function parseListening(table: string): ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[3] !== LISTEN) break;
    const [hex = '', port = ''] = fields[1]?.split(':') ?? [];
    const short = hex.length === 32 && hex.startsWith(MAPPED) ? hex.slice(24) : hex;
    sockets.push({
      address: short.length === 8 ? dotted(short) : short,
      port: Number.parseInt(port, 16),
      inode: fields[9] ?? '',
      wildcard: /^0+$/.test(short),
    });
  }
  return sockets;
}

/** A table's lines up to the first that is none of a listening socket; nothing where there is no such table. */
async function beginning(file: string): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const buffer = Buffer.alloc(PIECE);
    let text = '';
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, PIECE, null);
      text += buffer.toString('latin1', 0, bytesRead);
      const last = text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1)?.trim().split(/\s+/)[3];
      if (bytesRead === 0 || (last !== LISTEN && last !== 'st')) return text.slice(0, text.lastIndexOf('\n'));
    }
  } finally {
    await handle.close();
  }
}

function dotted(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}
