import type { AccountVerification } from '@gennaker/contracts/cloud-accounts';
import { Note } from '@gennaker/ui/panels';
import type { Look } from '@gennaker/ui/status';
import { StatusText } from '@gennaker/ui/status';

const LOOKS: Readonly<Record<AccountVerification['checks'][number]['outcome'], readonly [Look, string]>> = {
  ok: ['succeeded', 'Works'],
  warning: ['paused', 'Take care'],
  failed: ['failed', 'Fails'],
  unknown: ['waiting', 'Cannot be told'],
};

/** What was tried of an account, check by check, with what to do about what fails. */
export function Verification({ of }: { readonly of: AccountVerification }) {
  return (
    <section aria-label={`What works of ${of.account}`} className="verification">
      <Note
        look={of.ok ? 'succeeded' : 'failed'}
        title={of.ok ? `${of.account} works` : `${of.account} does not work wholly`}
        why={of.missingPermissions.length > 0 ? `Missing permissions: ${of.missingPermissions.join(', ')}` : undefined}
      />
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Outcome</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {of.checks.map(({ name, outcome, reason }) => (
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
    </section>
  );
}
