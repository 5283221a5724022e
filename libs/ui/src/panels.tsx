import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import type { Reason } from '@gennaker/contracts/execution';
import { ServiceError } from '@gennaker/contracts/error';
import type { ReactNode } from 'react';
import type { Icon } from './icons.tsx';
import { CheckIcon, CopyIcon, FailedIcon, HandIcon, HourglassIcon, InfoIcon, WarningIcon } from './icons.tsx';
import type { Look } from './status.tsx';
import { withLocalTimes } from './time.tsx';

const NOTE_ICONS: Partial<Record<Look, Icon>> = {
  failed: FailedIcon,
  paused: WarningIcon,
  system: HourglassIcon,
  person: HandIcon,
};

/** A tinted note: what, why, what next. */
export function Note({
  look,
  title,
  why,
  next,
  children,
}: {
  readonly look: Look;
  readonly title: ReactNode;
  readonly why?: ReactNode;
  readonly next?: ReactNode;
  readonly children?: ReactNode;
}) {
  const Glyph = NOTE_ICONS[look] ?? InfoIcon;
  return (
    <div className="gk-note gk-tone" data-look={look} role={look === 'failed' ? 'alert' : undefined}>
      <Glyph className="gk-icon" size={16} aria-hidden />
      <div style={{ minWidth: 0, flex: 1 }}>
        <div className="gk-note-title">{title}</div>
        {why ? <div className="gk-note-why">{why}</div> : null}
        {next ? <div className="gk-note-next">{next}</div> : null}
        {children}
      </div>
    </div>
  );
}

/** A reason as the engine wrote it: one sentence, what comes next, the evidence folded away. */
export function ReasonNote({ reason, look }: { readonly reason: Reason; readonly look: Look }) {
  const evidence = reason.evidence && Object.keys(reason.evidence).length > 0 ? reason.evidence : undefined;
  return (
    <Note look={look} title={withLocalTimes(reason.summary)} next={reason.next && withLocalTimes(reason.next)}>
      {evidence ? (
        <details>
          <summary>Evidence</summary>
          <JsonBlock value={evidence} />
        </details>
      ) : null}
    </Note>
  );
}

/** What of an error a person needs: its sentence, what to do next, the fields that were wrong. */
export function describeError(error: unknown): { message: string; fix?: string; details: readonly string[] } {
  if (error instanceof ServiceError) {
    const { fix, field, errors } = error.details;
    return {
      message: error.message,
      ...(fix ? { fix } : {}),
      details: [...(field ? [`Field: ${field}`] : []), ...(Array.isArray(errors) ? errors.map(String) : [])],
    };
  }
  return { message: error instanceof Error ? error.message : String(error), details: [] };
}

/** An error: what was tried, why it failed, what to do next. */
export function ErrorPanel({
  title,
  error,
  action,
}: {
  readonly title: string;
  readonly error: unknown;
  readonly action?: ReactNode;
}) {
  const { message, fix, details } = describeError(error);
  return (
    <Note look="failed" title={title} why={message} next={fix}>
      {details.map((line) => (
        <div key={line} className="gk-note-why">
          {line}
        </div>
      ))}
      {action ? <div style={{ marginTop: 8 }}>{action}</div> : null}
    </Note>
  );
}

/** An empty place that says what belongs there and offers to make it. */
export function EmptyState({
  icon: Glyph,
  title,
  children,
  actions,
}: {
  readonly icon: Icon;
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className="gk-empty">
      <div className="gk-empty-icon">
        <Glyph size={22} strokeWidth={1.8} aria-hidden />
      </div>
      <h2>{title}</h2>
      <p>{children}</p>
      {actions ? <div className="gk-empty-actions">{actions}</div> : null}
    </div>
  );
}

/** Names and values in two columns; entries without a value are left out. */
export function Facts({ of }: { readonly of: readonly (readonly [string, ReactNode])[] }) {
  const shown = of.filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false);
  if (shown.length === 0) return null;
  return (
    <dl className="gk-facts">
      {shown.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Copies a text; says when it is done. */
export function CopyText({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : label}>
          <ActionIcon variant="subtle" color="gray" size="sm" onClick={copy} aria-label={label}>
            {copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** JSON to read and copy. */
export function JsonBlock({ value, label = 'JSON' }: { readonly value: unknown; readonly label?: string }) {
  const text = JSON.stringify(value, null, 2) ?? '';
  return (
    <div className="gk-json">
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <div className="gk-json-copy">
        <CopyText text={text} label="Copy JSON" />
      </div>
    </div>
  );
}
