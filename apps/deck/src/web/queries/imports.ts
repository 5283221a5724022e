import type { ImportRequest } from '@gennaker/contracts/document-import';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';

/** Imports what files hold, or shows what an import would do. */
export function useImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ImportRequest) => gate.importDocuments({ body }),
    // Pipelines show in many lists: all of them are read anew.
    onSuccess: ({ dryRun }) => (dryRun ? undefined : client.invalidateQueries()),
  });
}
