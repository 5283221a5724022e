import type { Lab } from './collection.ts';
import type { LabRequest, LabResponse } from './message.ts';
import { lastPart } from './path.ts';
import { notFound } from './problem.ts';
import { isLeaving } from './traffic-plan.ts';

const LONGEST_WAIT_SEC = 60;

/**
 * The metadata server of one instance, found by its id: `instance/name`, `instance/attributes/KEY`,
 * `project/project-id`... and `instance/lab/traffic`: SERVING while new connections may come, else DRAINING. The last
 * one takes `?wait_for_change=true&last_value=V&timeout_sec=S` and answers when it is no longer V.
 */
export async function answerMetadata(
  lab: Lab,
  request: LabRequest,
  id: string,
  parts: readonly string[],
): Promise<LabResponse> {
  const entry = lab.store.list('instances', 'projects/').find(([, each]) => each.id === id);
  if (entry === undefined) throw notFound(`metadata/${id}`);
  const [path, instance] = entry;
  const key = parts.slice(2).join('/').replace(/\/$/, '');
  if (key === 'instance/lab/traffic') return text(await trafficState(lab, path, request.query));
  const attributes = Object.fromEntries(instance.metadata.items.map((item) => [item.key, item.value]));
  const attribute = /^instance\/attributes\/(.+)$/.exec(key)?.[1];
  if (attribute !== undefined) {
    const value = attributes[attribute];
    if (value === undefined) throw notFound(`metadata/${key}`);
    return text(value);
  }
  const project = path.split('/')[1] ?? '';
  const values: Record<string, unknown> = {
    'instance/name': instance.name,
    'instance/hostname': instance.name,
    'instance/id': instance.id,
    'instance/zone': `projects/${project}/zones/${lastPart(instance.zone)}`,
    'instance/machine-type': `projects/${project}/machineTypes/${lastPart(instance.machineType)}`,
    'instance/network-interfaces/0/ip': instance.networkInterfaces[0]?.networkIP ?? '',
    'project/project-id': project,
    'instance/attributes': request.query['recursive'] === 'true' ? attributes : Object.keys(attributes).join('\n'),
  };
  const value = values[key];
  if (value === undefined) throw notFound(`metadata/${key}`);
  return typeof value === 'string' ? text(value) : { status: 200, body: value };
}

async function trafficState(lab: Lab, path: string, query: Readonly<Record<string, string>>): Promise<string> {
  const now = (): string => {
    const record = lab.store.state.managed[path];
    return record !== undefined && !isLeaving(record) && lab.traffic.isServing(path) ? 'SERVING' : 'DRAINING';
  };
  if (query['wait_for_change'] !== 'true' || now() !== query['last_value']) return now();
  const seconds = Math.min(LONGEST_WAIT_SEC, Math.max(0, Number(query['timeout_sec'] ?? LONGEST_WAIT_SEC) || 0));
  await new Promise<void>((resolve) => {
    const end = (): void => {
      timer.cancel();
      forget();
      resolve();
    };
    const timer = lab.clock.after(seconds * 1000, end);
    const forget = lab.traffic.watch(() => {
      if (now() !== query['last_value']) end();
    });
  });
  return now();
}

function text(body: string): LabResponse {
  return { status: 200, body, headers: { 'metadata-flavor': 'Google', 'content-type': 'application/text' } };
}
