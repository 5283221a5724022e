/**
 * A command line whose process gets a signal when the calling thread ends, however it ends. A leading `unshare` stays in
 * front: it forgets the parent-death signal, so that the signal is set inside of its name space.
 */
export function boundCommand(
  command: readonly string[],
  signal: 'KILL' | 'INT' | 'TERM' = 'KILL',
): [string, ...string[]] {
  const inside = command[0] === 'unshare' ? command.findIndex((arg, at) => at > 0 && !arg.startsWith('--')) : 0;
  const [program = '', ...args] = [
    ...command.slice(0, inside),
    'setpriv',
    '--pdeathsig',
    signal,
    ...command.slice(inside),
  ];
  return [program, ...args];
}
