import { ServiceError } from '@gennaker/contracts/error';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { Answer, Lookup } from './lookups.ts';

const TIMEOUT_MS = 10_000;
/** Characters of an answer that are taken: it is kept in the execution's history. Stored artifacts may be larger. */
const MOST = 262_144;
const MOST_STORED = 2_000_000;

/** The services that answer. */
type AskedPorts = Pick<Ports, 'http' | 'front50' | 'orca'>;

/** Who asks: the application that a pipeline's name is looked for in, and as whom services are called. */
export interface Asking extends CallOptions {
  readonly application: string;
}

/**
 * Asks the outside what an expression wants to know. Never throws: what cannot be answered in time, is too big or is
 * refused (a private address) is an answer with its reason.
 */
export async function answerLookup(
  ports: AskedPorts,
  lookup: Lookup,
  { application, ...asking }: Asking,
): Promise<Answer> {
  const time = AbortSignal.timeout(TIMEOUT_MS);
  const signal = asking.signal ? AbortSignal.any([asking.signal, time]) : time;
  try {
    const value = await valueOf(ports, lookup, application, { ...asking, signal });
    return bounded(value, lookup.kind === 'reference' ? MOST_STORED : MOST);
  } catch (error) {
    if (time.aborted) return { error: `No answer came within ${TIMEOUT_MS / 1000} s (${lookup.kind})` };
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function valueOf(ports: AskedPorts, lookup: Lookup, application: string, options: CallOptions): Promise<unknown> {
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
    case 'canaryConfigId': {
      const query = { application: lookup.application };
      const configs = await ports.front50.listCanaryConfigs({ query }, options);
      return configs.find(({ name }) => name === lookup.name)?.id ?? null;
    }
    case 'reference': {
      const [, owner, hash] = /^ref:\/\/([^/]+)\/([0-9a-f]{64})$/.exec(lookup.reference) ?? [];
      if (owner === undefined || hash === undefined)
        throw new Error(`${lookup.reference} is no reference to a stored artifact, such as ref://application/hash`);
      const { reference } = await ports.orca.getStoredArtifact({ params: { application: owner, hash } }, options);
      return reference;
    }
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

function bounded(value: unknown, most: number): Answer {
  const size = typeof value === 'string' ? value.length : (JSON.stringify(value) ?? '').length;
  return size > most ? { error: `The answer has ${size} characters; at most ${most} are taken` } : { value };
}
