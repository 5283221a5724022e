import { ServiceError } from '@gennaker/contracts/error';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { Answer, Lookup } from './lookups.ts';

const TIMEOUT_MS = 10_000;
/** Characters of an answer that are taken: it is kept in the execution's history. */
const MOST = 262_144;

/** Who asks: the application that a pipeline's name is looked for in, and as whom services are called. */
export interface Asking extends CallOptions {
  readonly application: string;
}

/**
 * Asks the outside what an expression wants to know. Never throws: what cannot be answered in time, is too big or is
 * refused (a private address) is an answer with its reason.
 */
export async function answerLookup(
  ports: Pick<Ports, 'http' | 'front50'>,
  lookup: Lookup,
  { application, ...asking }: Asking,
): Promise<Answer> {
  const time = AbortSignal.timeout(TIMEOUT_MS);
  const signal = asking.signal ? AbortSignal.any([asking.signal, time]) : time;
  try {
    return bounded(await valueOf(ports, lookup, application, { ...asking, signal }));
  } catch (error) {
    if (time.aborted) return { error: `No answer came within ${TIMEOUT_MS / 1000} s (${lookup.kind})` };
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function valueOf(
  ports: Pick<Ports, 'http' | 'front50'>,
  lookup: Lookup,
  application: string,
  options: CallOptions,
): Promise<unknown> {
  switch (lookup.kind) {
    case 'url': {
      const { url } = lookup;
      const response = await ports.http({
        url,
        method: 'GET',
        timeoutMs: TIMEOUT_MS,
        ...(options.signal && { signal: options.signal }),
      });
      if (response.status < 200 || response.status > 299) throw new Error(`${url} answered ${response.status}`);
      return response.body;
    }
    case 'pipelineId': {
      const params = { application: lookup.application ?? application, name: lookup.name };
      const found = await unlessMissing(ports.front50.getPipelineByName({ params, query: {} }, options));
      return found?.id ?? null;
    }
    case 'application':
      return ports.front50.getApplication({ params: { application: lookup.name } }, options);
    case 'canaryConfigId':
      throw new Error('There are no canary configurations here');
    case 'reference':
      throw new Error(`There is no artifact store here that holds ${lookup.reference}`);
  }
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  }
}

function bounded(value: unknown): Answer {
  const size = typeof value === 'string' ? value.length : (JSON.stringify(value) ?? '').length;
  return size > MOST ? { error: `The answer has ${size} characters; at most ${MOST} are taken` } : { value };
}
