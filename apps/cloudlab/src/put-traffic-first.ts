import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';

/**
 * Lets this process run whenever it can, because it carries traffic: a load balancer of a real cloud does not share a
 * processor with the instances behind it. Real-time threads wait for none of the machine's other programs, which a nice
 * value does not do: those count within one session only. All threads, as requests wait for those that collect garbage.
 * Processes that are started begin at normal priority. Never on a machine with one processor, which it could take whole.
 * @returns false when the system does not allow it, as it does to root only
 */
export function putTrafficFirst(): boolean {
  if (availableParallelism() < 2) return putThreadsForward();
  try {
    execFileSync('chrt', ['--all-tasks', '--reset-on-fork', '--rr', '--pid', '1', String(process.pid)], {
      stdio: 'ignore',
    });
    // What it starts begins at 0, and is given its nice value relative to this one.
    setPriority(0);
    return true;
  } catch {
    return putThreadsForward();
  }
}

/** Some containers have no time for real-time threads. */
function putThreadsForward(): boolean {
  try {
    for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), -10);
    return true;
  } catch {
    return false;
  }
}
