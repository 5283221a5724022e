import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/** Variable that marks what ends with this process. */
export const OWNER_MARK = 'GENNAKER_OWNER';

/**
 * Its input ends with its owner, by whatever signal. Then it kills what bears the mark, and looks again until there was
 * nothing for a second: a process may be made while it looks, and one that was just forked bears the mark only from its
 * exec. It is not in the owner's session, and what ends others politely does not end it.
 */
const KEEP = `
trap '' HUP INT TERM
while read -r line; do :; done
looks=0
while [ "$looks" -lt 10 ]; do
  looks=$((looks + 1))
  for found in $(grep -lszxF -e "$1" /proc/[0-9]*/environ); do
    pid=\${found#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null && looks=0
  done
  sleep 0.1
done
`;

const mark = randomUUID();
let keeper: ChildProcess | undefined;

/**
 * The environment for a command that has to end with this process, whenever and however this one ends: also by kill -9
 * while the command is just being started. A parent-death signal alone does not see to that. It is set by the child, and
 * what is made between fork and that moment, as by `bwrap --die-with-parent` and `unshare --kill-child` for the first
 * process of a name space, stays when the parent ends in between. Whoever gives its own children another environment
 * hands {@link OWNER_MARK} on.
 * @param environment what the command is to find beside the mark
 */
export function endsWithUs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  keeper ??= startKeeper();
  return { ...environment, [OWNER_MARK]: mark };
}

function startKeeper(): ChildProcess {
  const child = spawn('sh', ['-c', KEEP, 'keeper', `${OWNER_MARK}=${mark}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    detached: true,
  });
  const gone = (): void => {
    if (keeper === child) keeper = undefined;
  };
  child.on('error', gone).on('exit', gone).unref();
  // No work of its own keeps this process from ending.
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  child.stdin.on('error', gone);
  return child;
}
