import { Button, CloseButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { useFocusReturn } from '../shell/focus-return.ts';
import type { Deed } from './deed.ts';
import { DeedDialog } from './deed-dialog.tsx';
import { useDialogHolder } from './dialog-holder.tsx';

/** One thing beside the list that it stands in: what can be done to it, then all about it. */
export function Pane({
  application,
  deeds,
  actions,
  ...frame
}: Omit<Parameters<typeof PaneFrame>[0], 'actions'> & {
  readonly application: string;
  readonly deeds: readonly Deed[];
  /** Buttons besides those of the deeds. */
  readonly actions?: ReactNode;
}) {
  return (
    <PaneFrame
      {...frame}
      actions={
        <>
          {actions}
          <DeedButtons application={application} deeds={deeds} />
        </>
      }
    />
  );
}

/** What stands beside a list. Escape closes it; the focus then goes back to where it was opened. */
export function PaneFrame({
  label,
  title,
  plain = false,
  tags,
  actions,
  onClose,
  children,
}: {
  /** What it is, for screen readers. */
  readonly label: string;
  readonly title: string;
  /** The title is words and no name. */
  readonly plain?: boolean;
  readonly tags?: ReactNode;
  readonly actions: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusReturn(heading);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && document.querySelector('[role="dialog"]') === null) onClose();
    };
    // Where dialogs listen too: a key press that closes one is over before the pane would see it gone.
    window.addEventListener('keydown', press, true);
    return () => window.removeEventListener('keydown', press, true);
  }, [onClose]);
  return (
    <aside className="pane" aria-label={label}>
      <header className="pane-head">
        <div style={{ minWidth: 0 }}>
          <h2 ref={heading} tabIndex={-1} className={plain ? '' : 'gk-mono'}>
            {title}
          </h2>
          <div className="pane-tags">{tags}</div>
        </div>
        <CloseButton aria-label="Close" onClick={onClose} />
      </header>
      <div className="pane-actions">{actions}</div>
      {children}
    </aside>
  );
}

/** A button for each deed; it opens the dialog that says first what it will do. Below, why some cannot be done. */
export function DeedButtons({ application, deeds }: { readonly application: string; readonly deeds: readonly Deed[] }) {
  const show = useDialogHolder();
  const reasons = Map.groupBy(
    deeds.filter(({ unavailable }) => unavailable !== undefined),
    ({ unavailable }) => unavailable,
  );
  return (
    <>
      {deeds.map((deed) => (
        <Button
          key={deed.verb}
          size="compact-sm"
          variant="default"
          disabled={deed.unavailable !== undefined}
          {...(deed.danger && deed.unavailable === undefined ? { c: 'var(--gk-failed)' } : {})}
          onClick={() => show((onClose) => <DeedDialog application={application} deed={deed} onClose={onClose} />)}
        >
          {deed.verb}
        </Button>
      ))}
      {[...reasons].map(([reason, those]) => (
        <p key={reason} className="gk-muted deed-reason">
          {those.map(({ verb }) => verb).join(', ')}: {reason}
        </p>
      ))}
    </>
  );
}

/** A titled part of a pane. */
export function PaneSection({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="pane-section">
      <h3 className="gk-section-title">{title}</h3>
      {children}
    </section>
  );
}
