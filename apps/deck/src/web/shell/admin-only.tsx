import { Skeleton } from '@mantine/core';
import { Note } from '@gennaker/ui/panels';
import type { ReactNode } from 'react';
import { useMe } from '../queries/people.ts';

/** Shows its children to administrators; tells others why not. */
export function AdminOnly({ children }: { readonly children: ReactNode }) {
  const me = useMe();
  if (me.isPending) return <Skeleton height={120} radius="lg" />;
  if (me.data?.isAdmin) return children;
  return (
    <Note
      look="paused"
      title="This page is for administrators"
      why={me.data ? `You are ${me.data.username}.` : 'Who you are could not be read.'}
      next="Ask an administrator to make you one, or log in as one."
    />
  );
}
