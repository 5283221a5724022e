import type { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { type DocumentStore, existingId, textUnder } from '@gennaker/documents/import-documents';

/** Documents are stored in a running system, through its gate. */
export function gateStore(gate: Client<typeof gateApi>): DocumentStore {
  return {
    existing: (document) =>
      existingId(document, {
        template: (id) => gate.getTemplate({ params: { id }, query: {} }),
        byId: async (id) => (await gate.getStoredPipeline({ params: { id } })).pipeline,
        byName: (application, name) => gate.getPipelineConfig({ params: { application, name } }),
      }),
    create: async (document) => {
      if (document.kind === 'template') await gate.createTemplate({ query: {}, body: document.document });
      else await gate.savePipelineConfig({ query: {}, body: textUnder(document) });
    },
    replace: async (document, id) => {
      if (document.kind === 'template')
        await gate.updateTemplate({ params: { id }, query: {}, body: document.document });
      else await gate.updatePipeline({ params: { id }, query: {}, body: textUnder(document, id) });
    },
  };
}
