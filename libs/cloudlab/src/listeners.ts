import { readFile, readdir, readlink } from 'node:fs/promises';

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

/** How long one look at the machine's sockets serves everybody who asks, milliseconds. */
const SHARED_MS = 250;

let shared: { readonly sockets: Promise<readonly ListeningSocket[]>; readonly at: number } | undefined;

/** Every listening TCP socket of this network name space, as of a moment ago. */
function listeningSockets(): Promise<readonly ListeningSocket[]> {
  const now = performance.now();
  if (shared === undefined || now - shared.at > SHARED_MS) shared = { sockets: readSockets(), at: now };
  return shared.sockets;
}

async function readSockets(): Promise<ListeningSocket[]> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return tables.flatMap((table) =>
    table.split('\n').flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const [hex = '', portHex = ''] = fields[1]?.split(':') ?? [];
      if (fields[3] !== LISTEN) return [];
      const short = hex.length === 32 && hex.startsWith(MAPPED) ? hex.slice(24) : hex;
      return [
        {
          address: short.length === 8 ? dotted(short) : short,
          port: Number.parseInt(portHex, 16),
          inode: fields[9] ?? '',
          wildcard: /^0+$/.test(short),
        },
      ];
    }),
  );
}

/** Host process ids below `root`, itself left out. */
export async function descendants(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  const entries = await readdir('/proc').catch(() => []);
  await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (entry) => {
        const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        if (parent > 0) parents.set(Number(entry), parent);
      }),
  );
  const found: number[] = [];
  let layer = new Set([root]);
  while (layer.size > 0) {
    const next = [...parents].filter(([, parent]) => layer.has(parent)).map(([pid]) => pid);
    found.push(...next);
    layer = new Set(next);
  }
  return found;
}

/** Inodes of the sockets that a process holds. */
async function socketInodes(pid: number): Promise<ReadonlySet<string>> {
  const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(handles.map((handle) => readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')));
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}

/** Instances whose findings are remembered; those that ended go with the rest. */
const ROOTS_KEPT = 1000;

/** Sockets elsewhere that were found to be others', by the process above the instance: looked into once only. */
const cleared = new Map<number, ReadonlySet<string>>();

/** What an instance's listening sockets say about it. */
export interface ListenReport {
  /** It listens at its own address and port. */
  readonly ready: boolean;
  /** A sentence when it listens where it must not. */
  readonly violation: string | undefined;
}

/**
 * Looks at where an instance listens.
 * @param root host process id above all of the instance's processes
 */
export async function inspectListeners(root: number, address: string, port: number): Promise<ListenReport> {
  const sockets = await listeningSockets();
  const ready = sockets.some((socket) => socket.address === address && socket.port === port);
  const elsewhere = sockets.filter((socket) => socket.address !== address);
  const known = cleared.get(root);
  if (elsewhere.every(({ inode }) => known?.has(inode))) return { ready, violation: undefined };
  const pids = await descendants(root);
  const owned = new Set((await Promise.all(pids.map(socketInodes))).flatMap((inodes) => [...inodes]));
  const offender = elsewhere.find(({ inode }) => owned.has(inode));
  if (offender === undefined) {
    if (cleared.size > ROOTS_KEPT) cleared.clear();
    cleared.set(root, new Set(elsewhere.map(({ inode }) => inode)));
    return { ready, violation: undefined };
  }
  cleared.delete(root);
  const where = offender.wildcard
    ? `every address of the machine (port ${offender.port})`
    : `${offender.address}:${offender.port}`;
  return {
    ready,
    violation: `The instance listens on ${where}; it must listen on its own address only: bind to $HOST (${address}) and $PORT (${port}).`,
  };
}

function dotted(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}
