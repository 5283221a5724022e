import { setImmediate as nextTurn } from 'node:timers/promises';
import { listeningSockets } from './listening-sockets.ts';
import { descendants, socketInodes } from './process-table.ts';

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
  const { sockets, seenAt } = await listeningSockets();
  const ready = sockets.some((socket) => socket.address === address && socket.port === port);
  const elsewhere = sockets.filter((socket) => socket.address !== address);
  const known = cleared.get(root);
  if (elsewhere.every(({ inode }) => known?.has(inode))) return { ready, violation: undefined };
  const owned = new Set<string>();
  // A look from before the sockets were seen lacks a process that was made since: its socket would be taken for others'.
  for (const pid of await descendants(root, performance.now() - seenAt)) {
    for (const inode of socketInodes(pid)) owned.add(inode);
    // One process a turn: traffic flows between them.
    await nextTurn();
  }
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
