import { StaleIcon } from '@gennaker/ui/icons';
import { formatAgo, useNow } from '@gennaker/ui/time';

/** After this long (ms) without a look, what is shown may be old. */
const OLD_MS = 120_000;

/** When the cloud last showed a thing; says so loudly only when that is long ago or the last look failed. */
export function SeenAt({ at, stale = false }: { readonly at: number; readonly stale?: boolean | undefined }) {
  const now = useNow();
  const old = stale || now - at > OLD_MS;
  return (
    <span className="seen" data-old={old} title={new Date(at).toLocaleString()}>
      {old ? <StaleIcon size={13} aria-hidden /> : null}
      Seen {formatAgo(now - at)}
    </span>
  );
}
