import type { TestCloud } from '@gennaker/cloudlab/cloud.fixture';
import type { CloudAccount } from '@gennaker/extension-sdk/cloud';
import { Compute } from './compute.ts';

/** A connection to a simulated cloud in the same process, in time that its waiting moves. */
export interface LabCompute {
  readonly compute: Compute;
  /** Requests that were sent, as `METHOD /path`. */
  readonly requests: string[];
}

/** Connects to project `p`; `more` of the account. `answer` is asked first, and takes what is not the cloud's. */
export function labCompute(
  lab: TestCloud,
  more: Partial<CloudAccount> = {},
  answer: (method: string, url: URL, body: string) => Response | undefined = () => undefined,
): LabCompute {
  const requests: string[] = [];
  const account = { name: 'lab', provider: 'gce', project: 'p', endpoint: 'http://lab:80', regions: ['us-central1'] };
  const compute = new Compute(
    { ...account, ...more },
    {
      now: () => lab.clock.now(),
      sleep: (ms) => lab.clock.advance(ms),
      fetch: async (input, init) => {
        const url = new URL(String(input instanceof Request ? input.url : input));
        const method = init?.method ?? 'GET';
        const body = typeof init?.body === 'string' ? init.body : '';
        requests.push(`${method} ${url.pathname}`);
        const taken = answer(method, url, body);
        if (taken) return taken;
        const { status, body: answered } = await lab.cloud.handle({
          method,
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: {},
          body,
        });
        return Response.json(answered, { status });
      },
    },
  );
  return { compute, requests };
}
