import type { DeletedDocument } from '@gennaker/contracts/document-history';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** What was deleted and can be restored, the last one first. */
export function useDeleted(application: string | undefined) {
  return useQuery({
    queryKey: keys.recycleBin(application ?? ''),
    queryFn: ({ signal }) => gate.listDeleted({ query: application ? { application } : {} }, { signal }),
  });
}

/** Brings back what was deleted. */
export function useRestoreDeleted() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, id }: DeletedDocument) => gate.restoreDeleted({ params: { kind, id } }),
    // What it shows in is not asked for again and again: all lists are read anew.
    onSuccess: () => client.invalidateQueries(),
  });
}
