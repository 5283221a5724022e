import { ServiceError } from '@gennaker/contracts/error';
import type { Identity } from '@gennaker/contracts/people';

/**
 * Aborts once a caller is not known any more (401, 403) or has other rights than before, which is asked every `everyMs`
 * until `gone`. That it cannot be found out just now changes nothing.
 */
export function whileKnown(
  identify: () => Promise<Identity>,
  first: Identity,
  everyMs: number,
  gone: AbortSignal,
): AbortSignal {
  const ended = new AbortController();
  const look = async (): Promise<void> => {
    try {
      if (rightsOf(await identify()) !== rightsOf(first)) ended.abort();
    } catch (error) {
      if (error instanceof ServiceError && (error.status === 401 || error.status === 403)) ended.abort();
    }
  };
  const timer = setInterval(() => void look(), everyMs);
  const stop = (): void => clearInterval(timer);
  for (const signal of [gone, ended.signal]) signal.addEventListener('abort', stop, { once: true });
  if (gone.aborted) stop();
  return ended.signal;
}

function rightsOf({ user, roles, admin, scope }: Identity): string {
  return JSON.stringify({ user, roles: roles.toSorted(), admin, scope });
}
