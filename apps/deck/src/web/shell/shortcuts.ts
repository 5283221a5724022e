import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Keys that work everywhere. No single key destroys anything. */
export const SHORTCUTS = [
  { press: ['/'], does: 'Filter this page' },
  { press: ['Ctrl', 'K'], does: 'Search everything, from wherever one is' },
  { press: ['?'], does: 'Show these shortcuts' },
  { press: ['g', 'a'], does: 'Go to applications' },
  { press: ['g', 'o'], does: 'Go to projects' },
  { press: ['g', 'p'], does: 'Go to pipelines' },
  { press: ['g', 'c'], does: 'Go to clusters' },
  { press: ['g', 'l'], does: 'Go to load balancers' },
  { press: ['g', 'n'], does: 'Go to instances' },
  { press: ['g', 'f'], does: 'Go to firewalls' },
  { press: ['g', 'm'], does: 'Go to images' },
  { press: ['g', 's'], does: 'Search everything' },
  { press: ['g', 'q'], does: 'Go to the queue' },
  { press: ['g', 't'], does: 'Go to tasks' },
  { press: ['g', 'e'], does: 'Go to the event log' },
  { press: ['g', 'b'], does: 'Go to builds' },
  { press: ['g', 'i'], does: 'Open the inbox' },
  { press: ['j'], does: 'Next in a list that opens beside itself' },
  { press: ['k'], does: 'The one before it' },
  { press: ['Enter'], does: 'Open it beside the list' },
  { press: ['x'], does: 'Choose it, or choose it no more, to act on several at once' },
  { press: ['p'], does: 'Pause or resume the execution on its page' },
  { press: ['Shift', 'C'], does: 'Ask to cancel the execution on its page' },
  { press: ['Ctrl', 'Z'], does: 'Undo in the pipeline editor' },
  { press: ['Ctrl', 'S'], does: 'Save in the pipeline editor' },
  { press: ['Esc'], does: 'Close a pane or dialog' },
] as const;

/** Time between the two keys of a chord, in ms. */
const CHORD_MS = 1200;

/** True while the focus is where keys are text. */
export function typing(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox';
  return target instanceof HTMLElement && (target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName));
}

/** Binds the keys that work everywhere. */
export function useShortcuts(application: string | undefined, showHelp: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let goAt = 0;
    const press = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !event.defaultPrevented) {
        // A dialog's input would be lost.
        if (document.querySelector('[role="dialog"]')) return;
        event.preventDefault();
        void navigate({ to: '/search', search: {} });
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const chord = Date.now() - goAt < CHORD_MS;
      goAt = 0;
      if (!chord) {
        if (event.key === 'g') goAt = Date.now();
        else if (event.key === '?') showHelp();
        else if (event.key === '/') {
          const filter = document.querySelector<HTMLInputElement>('[data-page-filter]');
          if (!filter) return;
          event.preventDefault();
          filter.focus();
          filter.select();
        }
        return;
      }
      if (event.key === 'a') void navigate({ to: '/applications', search: {} });
      else if (event.key === 'o') void navigate({ to: '/projects', search: {} });
      else if (event.key === 'e') void navigate({ to: '/events', search: {} });
      else if (event.key === 'b') void navigate({ to: '/builds', search: {} });
      else if (event.key === 's') void navigate({ to: '/search', search: {} });
      else if (event.key === 'i') document.querySelector<HTMLButtonElement>('[data-inbox]')?.click();
      else if (!application) return;
      else if (event.key === 'p')
        void navigate({ to: '/applications/$application/executions', params: { application }, search: {} });
      else if (event.key === 'q') void navigate({ to: '/applications/$application/queue', params: { application } });
      else if (event.key === 't')
        void navigate({ to: '/applications/$application/tasks', params: { application }, search: {} });
      else if (event.key === 'c')
        void navigate({ to: '/applications/$application/clusters', params: { application }, search: {} });
      else if (event.key === 'l')
        void navigate({ to: '/applications/$application/loadBalancers', params: { application }, search: {} });
      else if (event.key === 'n')
        void navigate({ to: '/applications/$application/instances', params: { application }, search: {} });
      else if (event.key === 'f')
        void navigate({ to: '/applications/$application/firewalls', params: { application }, search: {} });
      else if (event.key === 'm')
        void navigate({ to: '/applications/$application/images', params: { application }, search: {} });
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [application, navigate, showHelp]);
}
