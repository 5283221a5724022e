import type { Lab } from './collection.ts';
import type { LabRequest, LabResponse } from './message.ts';
import { asJson, asText, lookUp, metadataTree } from './metadata-tree.ts';
import type { Instance } from './resource.ts';
import { fingerprintOf } from './store.ts';
import { isLeaving } from './traffic-plan.ts';

const LONGEST_WAIT_SEC = 60;
const TRAFFIC = 'instance/lab/traffic';

/** One answer before it is sent: the same content has the same tag. */
interface Found {
  readonly status: number;
  readonly body: unknown;
  readonly json?: boolean;
}

/**
 * The metadata server of one instance, found by its id, as an instance of the real cloud sees its own:
 * `instance/attributes/KEY`, `project/project-id`, folders with `?recursive=true`, and `?wait_for_change=true` with
 * `last_etag` and `timeout_sec`. Beyond the real one there is `instance/lab/traffic`: SERVING while new connections may
 * come, else DRAINING; it takes `last_value` as well.
 */
export async function answerMetadata(
  lab: Lab,
  request: LabRequest,
  id: string,
  parts: readonly string[],
): Promise<LabResponse> {
  if (request.headers['metadata-flavor'] !== 'Google') {
    return sent({ status: 403, body: 'Missing Metadata-Flavor:Google header.\n' });
  }
  if (request.method !== 'GET') {
    return sent({ status: 405, body: `The metadata server answers GET, and not ${request.method}.\n` });
  }
  const { query } = request;
  const key = parts.slice(2).filter((part) => part !== '');
  const now = (): Found => find(lab, id, key, query);
  const first = now();
  if (query['wait_for_change'] !== 'true' || first.status !== 200) return sent(first);
  const last = query['last_etag'] ?? tagOf(first);
  const isNews = (found: Found): boolean =>
    query['last_value'] === undefined ? tagOf(found) !== last : found.body !== query['last_value'];
  if (!isNews(first)) await change(lab, query['timeout_sec'], () => isNews(now()));
  return sent(now());
}

function find(lab: Lab, id: string, key: readonly string[], query: Readonly<Record<string, string>>): Found {
  const entry = instanceOf(lab, id);
  if (entry === undefined) return { status: 404, body: `There is no instance of the id ${id}.\n` };
  const [path, instance] = entry;
  if (key.join('/') === TRAFFIC) return { status: 200, body: trafficState(lab, path) };
  const project = path.split('/')[1] ?? '';
  const value = lookUp(metadataTree(project, instance), key);
  if (value === undefined) return { status: 404, body: missing(key) };
  const whole = query['recursive'] === 'true' || query['alt'] === 'json';
  if (whole && query['alt'] !== 'text') {
    const json = asJson(value, key.at(-1) === 'attributes');
    return { status: 200, body: typeof json === 'string' ? JSON.stringify(json) : json, json: true };
  }
  return { status: 200, body: asText(value) };
}

function missing(key: readonly string[]): string {
  const path = key.join('/');
  if (path.startsWith('instance/service-accounts/')) {
    return 'This cloud gives its instances no service accounts, so there is no token to be had. Give the program its credentials in another way.\n';
  }
  return `There is nothing at ${path} in the metadata of this instance.\n`;
}

function trafficState(lab: Lab, path: string): 'SERVING' | 'DRAINING' {
  const record = lab.store.state.managed[path];
  return record !== undefined && !isLeaving(record) && lab.traffic.isServing(path) ? 'SERVING' : 'DRAINING';
}

function instanceOf(lab: Lab, id: string): [path: string, instance: Instance] | undefined {
  for (const path of Object.keys(lab.store.state.managed)) {
    const instance = lab.store.get('instances', path);
    if (instance?.id === id) return [path, instance];
  }
  return undefined;
}

/** Resolves when `happened` says so after a change of the cloud, or when the time is over. */
function change(lab: Lab, timeoutSec: string | undefined, happened: () => boolean): Promise<void> {
  const seconds = Math.min(LONGEST_WAIT_SEC, Math.max(0, Number(timeoutSec ?? LONGEST_WAIT_SEC) || 0));
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      forget();
      resolve();
    };
    const timer = lab.clock.after(seconds * 1000, end);
    const forget = lab.traffic.watch(() => {
      if (happened()) end();
    });
  });
}

function tagOf({ status, body }: Found): string {
  return Buffer.from(fingerprintOf({ status, body }), 'base64').toString('hex');
}

function sent(found: Found): LabResponse {
  return {
    status: found.status,
    body: found.body,
    headers: {
      'metadata-flavor': 'Google',
      'content-type': found.json === true ? 'application/json' : 'application/text',
      ...(found.status === 200 ? { etag: tagOf(found) } : {}),
    },
  };
}
