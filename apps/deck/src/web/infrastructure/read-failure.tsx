import { Button } from '@mantine/core';
import { describeError, ErrorPanel, Note } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';

/** A list as a query keeps it. */
export interface ReadList<T> {
  readonly data: readonly T[] | undefined;
  readonly isPending: boolean;
  readonly isError: boolean;
  readonly error: unknown;
  readonly dataUpdatedAt: number;
  readonly refetch: () => unknown;
}

/** Says that a list cannot be read, and why; where it was read before, how old what is shown is. Nothing while it can be. */
export function ReadFailure<T>({ things, list }: { readonly things: string; readonly list: ReadList<T> }) {
  if (!list.isError) return null;
  const again = (
    <Button size="compact-sm" variant="default" onClick={() => void list.refetch()}>
      Try again
    </Button>
  );
  if (list.data === undefined)
    return <ErrorPanel title={`The ${things} could not be read`} error={list.error} action={again} />;
  return (
    <Note
      look="paused"
      title={
        <>
          The {things} cannot be read now: what is shown was read <Ago at={list.dataUpdatedAt} />
        </>
      }
      why={describeError(list.error).message}
      next="The next look comes by itself."
    >
      <div style={{ marginTop: 8 }}>{again}</div>
    </Note>
  );
}
