import type { CallOptions } from '@gennaker/contracts/route';
import { type DocumentStore, existingId, textUnder } from '@gennaker/documents/import-documents';
import type { Gate } from '../gate.ts';

/** Documents are stored in front50, on behalf of whoever imports them: what they may not save is refused. */
export function front50Store({ front50 }: Gate, options: CallOptions): DocumentStore {
  return {
    existing: (document) =>
      existingId(document, {
        template: (id) => front50.getTemplate({ params: { id }, query: {} }, options),
        byId: (id) => front50.getPipeline({ params: { id }, query: {} }, options),
        byName: (application, name) => front50.getPipelineByName({ params: { application, name }, query: {} }, options),
      }),
    create: async (document) => {
      if (document.kind === 'template') await front50.createTemplate({ query: {}, body: document.document }, options);
      else await front50.savePipeline({ query: {}, body: textUnder(document) }, options);
    },
    replace: async (document, id) => {
      if (document.kind === 'template')
        await front50.updateTemplate({ params: { id }, query: {}, body: document.document }, options);
      else await front50.savePipeline({ query: { id }, body: textUnder(document, id) }, options);
    },
  };
}
