import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { Note, ReasonNote } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';

/** When a thing was seen, and whether looks fail since. */
export interface Freshness {
  readonly stale?: boolean | undefined;
  readonly staleSince?: number | undefined;
  readonly staleReason?: string | undefined;
}

/** Says that what is shown may be old, since when and why. */
export function StaleNote({ of }: { readonly of: Freshness }) {
  if (!of.stale) return null;
  return (
    <Note
      look="paused"
      title={
        <>
          What is shown may be old: looks at its account fail
          {of.staleSince === undefined ? null : (
            <>
              , the first <Ago at={of.staleSince} />
            </>
          )}
        </>
      }
      why={of.staleReason}
      next="The next look comes by itself; the accounts page tells more and can look now."
    />
  );
}

/** What is not as it should stay with a server group: an old view, traffic other than asked for, changes for a time, instances that cannot be made. */
export function GroupTrouble({ group }: { readonly group: ServerGroup }) {
  const problems = group.problems ?? [];
  return (
    <>
      <StaleNote of={group} />
      {group.drift ? <ReasonNote reason={group.drift} look="paused" /> : null}
      {(group.holds ?? []).map((hold) => (
        <Note
          key={hold.id}
          look={hold.problem === undefined ? 'paused' : 'failed'}
          title={`Held for a time (${hold.name}): ${hold.reason}`}
          why={hold.problem}
          next={`Its release ${hold.undo.join(', then ') || 'is being prepared'}; it comes at the latest when its execution ends.`}
        />
      ))}
      {problems.length > 0 ? (
        <Note
          look={problems.some(({ lasting }) => lasting) ? 'failed' : 'paused'}
          title={problems.length === 1 ? 'An instance cannot be made' : `${problems.length} instances cannot be made`}
          next={problems.some(({ lasting }) => lasting) ? 'Waiting does not help: change what is named.' : undefined}
        >
          <ul className="panel-problems">
            {problems.map(({ instance, message }) => (
              <li key={instance}>
                {instance}: {message}
              </li>
            ))}
          </ul>
        </Note>
      ) : null}
    </>
  );
}
