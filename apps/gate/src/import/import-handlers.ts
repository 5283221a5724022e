import { setImmediate as othersFirst } from 'node:timers/promises';
import type { documentImportRoutes, Rehearsal } from '@gennaker/contracts/document-import';
import { ServiceError } from '@gennaker/contracts/error';
import type { Handlers } from '@gennaker/contracts/route';
import { importDocuments } from '@gennaker/documents/import-documents';
import { type Contents, readDocuments } from '@gennaker/documents/read-documents';
import type { Clock } from '@gennaker/service/clock';
import type { Gate } from '../gate.ts';
import { callOptions } from '../request.ts';
import { front50Store } from './front50-store.ts';
import type { Rehearsals } from './rehearsals.ts';

type Json = Readonly<Record<string, unknown>>;

/** What documents are imported with. */
export interface ImportParts {
  readonly rehearsals: Rehearsals;
  readonly clock: Clock;
}

/** One call rehearses for so long; what is left of its pipelines then is stored unrehearsed. */
const REHEARSE_MS = 60_000;

/** Imports pipelines and templates, or shows what an import would do. */
export function importHandlers(gate: Gate, { rehearsals, clock }: ImportParts): Handlers<typeof documentImportRoutes> {
  const { webhooks, stageTypes } = gate.customStages;
  // The simulated cloud plays the build's stage types alone.
  const configured = new Set([...webhooks, ...stageTypes].map(({ type }) => type));
  return {
    importDocuments: async ({ body, ...call }) => {
      const end = clock.now() + REHEARSE_MS;
      const rehearse = async (pipeline: Json, others: readonly Json[]): Promise<Rehearsal | string> => {
        if (clock.now() > end)
          return `it was not rehearsed: this import has rehearsed for ${REHEARSE_MS / 1000} s; import fewer files at once`;
        const own = typesOf(pipeline).find((type) => configured.has(type));
        if (own !== undefined)
          return `it was not rehearsed: the stage type "${own}" is made by this system's configuration`;
        try {
          return await rehearsals.play({ pipeline, others }, call.signal);
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          return `it was not rehearsed: ${error.message}`;
        }
      };
      const contents: Contents[] = [];
      for (const { name, text } of body.files) {
        contents.push(readDocuments(name, text));
        // Many files take their time, and other calls are answered meanwhile.
        await othersFirst();
      }
      return importDocuments(contents, {
        ...body,
        known: gate.stages,
        store: front50Store(gate, callOptions(call)),
        rehearse: body.rehearse ? rehearse : undefined,
      });
    },
  };
}

function typesOf({ stages }: Json): string[] {
  return Array.isArray(stages) ? stages.map((stage: { type?: unknown } | null) => String(stage?.type)) : [];
}
