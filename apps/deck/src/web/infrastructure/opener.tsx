import { useEffect } from 'react';
import { typing } from '../shell/shortcuts.ts';

/** The name of a listed thing; opens it beside the list. j and k go from one to the next. */
export function Opener({
  name,
  open,
  onOpen,
  className = 'gk-mono group-title',
}: {
  readonly name: string;
  readonly open: boolean;
  readonly onOpen: () => void;
  readonly className?: string;
}) {
  return (
    <button type="button" className={`text-button ${className}`} data-list-item aria-pressed={open} onClick={onOpen}>
      {name}
    </button>
  );
}

/** Keys of a list of openers: j and k focus the next one and the one before, from where the focus is or from what is open; x chooses the focused one. */
export function useListKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
      if (!['j', 'k', 'x'].includes(event.key) || document.querySelector('[role="dialog"]')) return;
      if (event.key === 'x') {
        choiceOf(document.activeElement)?.click();
        return;
      }
      const items = [...document.querySelectorAll<HTMLElement>('[data-list-item]')];
      const next = event.key === 'j' ? following(items) : preceding(items);
      if (!next) return;
      event.preventDefault();
      next.focus();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

/** The box that stands beside a listed thing. */
function choiceOf(item: Element | null): HTMLInputElement | null | undefined {
  return item?.matches('[data-list-item]')
    ? item.parentElement?.querySelector<HTMLInputElement>('input[type="checkbox"]')
    : undefined;
}

/** Where one is in a list: the focused thing, or else the open one; -1: nowhere. */
function placeIn(items: readonly HTMLElement[]): number {
  const focused = items.findIndex((item) => item === document.activeElement);
  return focused >= 0 ? focused : items.findIndex((item) => item.ariaPressed === 'true');
}

const following = (items: readonly HTMLElement[]): HTMLElement | undefined => items[placeIn(items) + 1];

function preceding(items: readonly HTMLElement[]): HTMLElement | undefined {
  const at = placeIn(items);
  return at < 0 ? items.at(-1) : items[at - 1];
}
