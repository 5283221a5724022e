import { Button } from '@mantine/core';
import type { Deed } from './deed.ts';
import { DeedButtons } from './pane.tsx';

/** How many things are chosen, and what can be done to all of them at once. */
export function MarkedBar({
  application,
  count,
  things,
  deeds,
  onClear,
}: {
  readonly application: string;
  readonly count: number;
  readonly things: string;
  readonly deeds: readonly Deed[];
  readonly onClear: () => void;
}) {
  return (
    <div className="marked card" role="group" aria-label={`Chosen ${things}`}>
      <span role="status">
        {count} {things} chosen
      </span>
      <DeedButtons application={application} deeds={deeds} />
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        Choose none
      </Button>
    </div>
  );
}
