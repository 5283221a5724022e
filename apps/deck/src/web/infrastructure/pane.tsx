import { Button, CloseButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { useAccountsProblem } from '../queries/accounts.ts';
import { useChangeRefusal } from '../queries/change-refusal.ts';
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
  const refusal = useChangeRefusal(application);
  const unknown = useAccountsProblem();
  const limited = refusal === undefined ? deeds.filter(({ unavailable }) => unavailable !== undefined) : [];
  const reasons = Map.groupBy(limited, ({ unavailable }) => unavailable);
  return (
    <>
      {deeds.map((deed) => {
        const disabled = refusal !== undefined || deed.unavailable !== undefined;
        return (
          <Button
            key={deed.verb}
            size="compact-sm"
            variant="default"
            disabled={disabled}
            {...(deed.danger && !disabled ? { c: 'var(--gk-failed)' } : {})}
            onClick={() => show((onClose) => <DeedDialog application={application} deed={deed} onClose={onClose} />)}
          >
            {deed.verb}
          </Button>
        );
      })}
      {refusal === undefined ? null : <DeedReason>{refusal}.</DeedReason>}
      {[...reasons].map(([reason, those]) => (
        <DeedReason key={reason}>
          {those.map(({ verb }) => verb).join(', ')}: {reason}
        </DeedReason>
      ))}
      {unknown === undefined ? null : <DeedReason>{unknown}</DeedReason>}
    </>
  );
}

/** Why something cannot be done, beside its button. */
export function DeedReason({ children }: { readonly children: ReactNode }) {
  return <p className="gk-muted deed-reason">{children}</p>;
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
