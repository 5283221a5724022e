import type { AccountVerification } from '@gennaker/contracts/cloud-accounts';
import { Note } from '@gennaker/ui/panels';
import type { Look } from '@gennaker/ui/status';
import { StatusText } from '@gennaker/ui/status';
import { TableHead } from '@gennaker/ui/table-head';
import { useEffect, useRef } from 'react';

const LOOKS: Readonly<Record<AccountVerification['checks'][number]['outcome'], readonly [Look, string]>> = {
  ok: ['succeeded', 'Works'],
  warning: ['paused', 'Take care'],
  failed: ['failed', 'Fails'],
  unknown: ['waiting', 'Cannot be told'],
};

/** What somebody has to act upon comes first. */
const ORDER: readonly Check['outcome'][] = ['failed', 'warning', 'unknown', 'ok'];

type Check = AccountVerification['checks'][number];

/** What was tried of an account: what does not work first, with what to do about it; what works folded away. */
export function Verification({ of }: { readonly of: AccountVerification }) {
  const section = useRef<HTMLElement>(null);
  // It comes below a form, where nobody would see it.
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'nearest' });
  }, [of]);
  const works = of.checks.filter(({ outcome }) => outcome === 'ok');
  const others = of.checks
    .filter(({ outcome }) => outcome !== 'ok')
    .toSorted((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
  return (
    <section ref={section} aria-label={`What works of ${of.account}`} className="verification">
      <Note
        look={of.ok ? 'succeeded' : 'failed'}
        title={of.ok ? `${of.account} works` : `${of.account} does not work wholly`}
        why={of.missingPermissions.length > 0 ? `Missing permissions: ${of.missingPermissions.join(', ')}` : undefined}
      />
      {others.length > 0 ? <Checks of={others} /> : null}
      {works.length > 0 ? (
        <details>
          <summary>{works.length === 1 ? '1 check works' : `${works.length} checks work`}</summary>
          <Checks of={works} />
        </details>
      ) : null}
    </section>
  );
}

/** Checks with their outcome and why. */
function Checks({ of }: { readonly of: readonly Check[] }) {
  return (
    <table className="table">
      <TableHead columns={['Check', 'Outcome', 'Why']} />
      <tbody>
        {of.map(({ name, outcome, reason }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <StatusText look={LOOKS[outcome][0]}>{LOOKS[outcome][1]}</StatusText>
            </td>
            <td>
              {reason.summary}
              {reason.next ? <div className="gk-muted">{reason.next}</div> : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
