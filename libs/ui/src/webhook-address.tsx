import { CopyText } from './panels.tsx';

/** Where a webhook of a type is posted to, to be copied; nothing before its source is known. */
export function WebhookAddress({ type, source }: { readonly type: string; readonly source: string }) {
  if (source === '') return null;
  const address = `/webhooks/${type}/${encodeURIComponent(source)}`;
  return (
    <div style={{ alignSelf: 'center', fontSize: 13 }}>
      <span className="gk-muted">Post JSON to gate at</span>
      <div className="gk-row">
        <span className="gk-mono">{address}</span>
        <CopyText text={address} label="Copy the address" />
      </div>
    </div>
  );
}
