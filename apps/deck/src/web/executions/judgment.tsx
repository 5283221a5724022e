import { Button, Select } from '@mantine/core';
import { list, object, text } from '@gennaker/ui/stage-ui';
import { StatusText } from '@gennaker/ui/status';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useState } from 'react';
import type { PendingJudgment } from '../queries/executions.ts';
import { useJudge } from '../queries/executions.ts';

/** A judgment that waits: what to look at, the choices, approve or stop. */
export function Judgment({
  judgment,
  titled = false,
}: {
  readonly judgment: PendingJudgment;
  readonly titled?: boolean;
}) {
  const { context, name } = judgment.stage;
  const judge = useJudge();
  const inputs = list(context['judgmentInputs'])
    .map((each) => text(object(each)['value']) || text(each))
    .filter(Boolean);
  const [input, setInput] = useState<string | null>(inputs[0] ?? null);
  const instructions = text(context['instructions']);
  const answer = (status: 'continue' | 'stop'): void =>
    judge.mutate({ judgment, answer: status, input: input ?? undefined });
  const busy = judge.isPending ? judge.variables.answer : undefined;
  return (
    <div className="judgment" role="group" aria-label={`Judgment: ${name}`}>
      {titled ? <StatusText look="person">{name}</StatusText> : null}
      {instructions ? (
        <p className="judgment-text">{instructions}</p>
      ) : (
        <p className="judgment-text gk-muted">No instructions were given.</p>
      )}
      {inputs.length > 0 ? (
        <Select
          label="Your choice"
          size="xs"
          data={inputs}
          value={input}
          onChange={setInput}
          allowDeselect={false}
          maw={280}
          comboboxProps={{ withinPortal: false }}
        />
      ) : null}
      <div className="judgment-actions">
        <Button
          size="compact-sm"
          loading={busy === 'continue'}
          disabled={judge.isPending || judge.isSuccess}
          onClick={() => answer('continue')}
        >
          {text(context['continueLabel']) || 'Approve'}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          loading={busy === 'stop'}
          disabled={judge.isPending || judge.isSuccess}
          onClick={() => answer('stop')}
        >
          {text(context['stopLabel']) || 'Stop'}
        </Button>
      </div>
      {judge.isError ? <ErrorPanel title="Your answer was not taken" error={judge.error} /> : null}
    </div>
  );
}
