import { Button, Select, TextInput } from '@mantine/core';
import { text } from '@gennaker/ui/stage-ui';
import { StatusText } from '@gennaker/ui/status';
import { ErrorPanel } from '@gennaker/ui/panels';
import { formatDuration, useNow } from '@gennaker/ui/time';
import { useId, useState } from 'react';
import type { PendingJudgment } from '../queries/executions.ts';
import { useJudge } from '../queries/executions.ts';
import { useMe } from '../queries/people.ts';
import { judgmentRules, mayJudge } from './judgment-rules.ts';
import type { JudgmentRules } from './judgment-rules.ts';

/** A judgment that waits: what to look at, who approved so far, the choices, approve or stop. */
export function Judgment({
  judgment,
  titled = false,
}: {
  readonly judgment: PendingJudgment;
  readonly titled?: boolean;
}) {
  const { stage } = judgment;
  const rules = judgmentRules(stage);
  const me = useMe().data;
  const judge = useJudge();
  const [input, setInput] = useState<string | null>(rules.inputs[0] ?? null);
  const [comment, setComment] = useState('');
  const rolesId = useId();
  const answer = (status: 'continue' | 'stop'): void =>
    judge.mutate({ judgment, answer: status, input: input ?? undefined, comment: comment.trim() || undefined });
  const busy = judge.isPending ? judge.variables.answer : undefined;
  const lacksRole = me !== undefined && !mayJudge(rules, { roles: me.roles, admin: me.isAdmin });
  const gave = me !== undefined && rules.approvals.some(({ user }) => user === me.username);
  // One approval of several keeps the judgment open: the buttons stay for the others.
  const closed = judge.isPending || (judge.isSuccess && rules.needed === 1);
  const silent = rules.commentRequired && comment.trim() === '';
  return (
    <div className="judgment" role="group" aria-label={`Judgment: ${stage.name}`}>
      {titled ? <StatusText look="person">{stage.name}</StatusText> : null}
      {rules.instructions ? (
        <p className="judgment-text">{rules.instructions}</p>
      ) : (
        <p className="judgment-text gk-muted">No instructions were given.</p>
      )}
      {rules.needed > 1 || rules.approvals.length > 0 ? <Approvals rules={rules} /> : null}
      {rules.roles.length > 0 ? (
        <p className="judgment-rule" id={rolesId}>
          {lacksRole
            ? `Only ${rules.roles.join(' or ')} may answer; you have ${me.roles.length > 0 ? me.roles.join(', ') : 'no role'}.`
            : `Asks for the role ${rules.roles.join(' or ')}${me ? ', which you may answer for' : ''}.`}
        </p>
      ) : null}
      {rules.deadline === undefined ? null : <Deadline at={rules.deadline} then={rules.onDeadline} />}
      {rules.inputs.length > 0 && !gave ? (
        <Select
          label="Your choice"
          size="xs"
          data={[...rules.inputs]}
          value={input}
          onChange={setInput}
          allowDeselect={false}
          maw={280}
          comboboxProps={{ withinPortal: false }}
        />
      ) : null}
      {lacksRole || (gave && !rules.commentRequired) ? null : (
        <TextInput
          size="xs"
          maw={420}
          label="Comment"
          withAsterisk={rules.commentRequired}
          placeholder={rules.commentRequired ? 'Say why' : 'Kept with your answer'}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
      )}
      <div className="judgment-actions">
        <Button
          size="compact-sm"
          loading={busy === 'continue'}
          disabled={closed || lacksRole || silent || gave}
          aria-describedby={rules.roles.length > 0 ? rolesId : undefined}
          onClick={() => answer('continue')}
        >
          {text(stage.context['continueLabel']) || 'Approve'}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          loading={busy === 'stop'}
          disabled={closed || lacksRole || silent}
          onClick={() => answer('stop')}
        >
          {text(stage.context['stopLabel']) || 'Stop'}
        </Button>
        {gave ? <span className="judgment-rule">You have approved; others still have to.</span> : null}
      </div>
      {judge.isError ? <ErrorPanel title="Your answer was not taken" error={judge.error} /> : null}
    </div>
  );
}

function Approvals({ rules }: { readonly rules: JudgmentRules }) {
  const given = rules.approvals.map(({ user, at, comment }) =>
    [user, at === undefined ? '' : new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }), comment]
      .filter(Boolean)
      .join(', '),
  );
  return (
    <p className="judgment-rule">
      {rules.approvals.length} of {rules.needed}
      {given.length > 0 ? `: ${given.join('; ')}` : ' approvals so far'}
    </p>
  );
}

function Deadline({ at, then }: { readonly at: number; readonly then: string }) {
  const now = useNow();
  const effect = then === 'continue' ? 'it goes on by itself' : 'it stops by itself';
  return (
    <p className="judgment-rule">
      {at > now ? `In ${formatDuration(at - now)} without an answer ${effect}` : `Nobody answered in time: ${effect}`}
      <span className="gk-muted"> ({new Date(at).toLocaleString()})</span>
    </p>
  );
}
