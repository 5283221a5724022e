import type { RefObject } from 'react';
import { useLayoutEffect } from 'react';

/**
 * Gives the focus back, when a part of the page goes away that has it, to where it was when the part came; to the page
 * where that is gone meanwhile. `take`: what of the part gets the focus at once, unless the part came with the page. A
 * dialog that is open while such a part comes or goes keeps the focus.
 */
export function useFocusReturn(take?: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const found = opener instanceof HTMLElement && opener !== document.body ? opener : undefined;
    if (found && !found.closest('[role="dialog"]')) take?.current?.focus({ preventScroll: true });
    return () => {
      const now = document.activeElement;
      if (now && now !== document.body && now.closest(take ? 'aside' : '[role="dialog"], aside') === null) return;
      (found?.isConnected ? found : document.getElementById('main'))?.focus({ preventScroll: true });
    };
  }, [take]);
}
