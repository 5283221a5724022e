import { lastPart } from './path.ts';
import type { Instance } from './resource.ts';

/** A folder of the metadata server. Keys stand as they do in paths. */
export interface MetadataFolder {
  readonly [key: string]: MetadataValue;
}
/** What the metadata server holds: texts, lists of texts, folders, and numbered folders. */
export type MetadataValue = string | readonly string[] | MetadataFolder;

/** Everything that the metadata server tells one instance about itself and its project. */
export function metadataTree(project: string, instance: Instance): MetadataFolder {
  const numbered = (list: readonly MetadataFolder[]): MetadataFolder =>
    Object.fromEntries(list.map((each, position) => [String(position), each]));
  const scheduling: Readonly<Record<string, unknown>> = Object(instance['scheduling']);
  return {
    instance: {
      attributes: Object.fromEntries(instance.metadata.items.map(({ key, value }) => [key, value])),
      'cpu-platform': 'Unknown CPU Platform',
      description: instance.description ?? '',
      disks: numbered(
        instance.disks.map(({ deviceName, mode }, position) => ({
          'device-name': deviceName,
          index: String(position),
          mode: mode ?? 'READ_WRITE',
          type: 'PERSISTENT',
        })),
      ),
      hostname: instance.name,
      id: instance.id,
      'machine-type': `projects/${project}/machineTypes/${lastPart(instance.machineType)}`,
      'maintenance-event': 'NONE',
      name: instance.name,
      'network-interfaces': numbered(
        instance.networkInterfaces.map(({ networkIP, network }) => ({
          ip: networkIP,
          network: typeof network === 'string' ? `projects/${project}/networks/${lastPart(network)}` : '',
        })),
      ),
      preempted: 'FALSE',
      scheduling: {
        'automatic-restart': scheduling['automaticRestart'] === false ? 'FALSE' : 'TRUE',
        'on-host-maintenance': String(scheduling['onHostMaintenance'] ?? 'MIGRATE'),
        preemptible: scheduling['preemptible'] === true ? 'TRUE' : 'FALSE',
      },
      'service-accounts': {},
      tags: instance.tags.items,
      zone: `projects/${project}/zones/${lastPart(instance.zone)}`,
    },
    project: { attributes: {}, 'numeric-project-id': '1', 'project-id': project },
  };
}

/** What stands at a path, `instance/tags` or `instance/attributes/`; undefined when nothing does. */
export function lookUp(tree: MetadataFolder, parts: readonly string[]): MetadataValue | undefined {
  let here: MetadataValue | undefined = tree;
  for (const part of parts) {
    if (here === undefined || !isFolder(here) || !Object.hasOwn(here, part)) return undefined;
    here = here[part];
  }
  return here;
}

/** A folder's names, one a line, those of folders with a slash; a text as it is; a list as JSON. */
export function asText(value: MetadataValue): string {
  if (typeof value === 'string') return value;
  if (!isFolder(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, each]) => `${key}${isFolder(each) ? '/' : ''}\n`)
    .join('');
}

/** A whole folder as JSON: keys in camel case but for attributes, numbered folders as lists. */
export function asJson(value: MetadataValue, isAttributes = false): unknown {
  if (!isFolder(value)) return value;
  const entries = Object.entries(value);
  if (!isAttributes && entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key))) {
    return entries.map(([, each]) => asJson(each));
  }
  return Object.fromEntries(
    entries.map(([key, each]) => [isAttributes ? key : camelCase(key), asJson(each, key === 'attributes')]),
  );
}

function isFolder(value: MetadataValue): value is MetadataFolder {
  return typeof value === 'object' && !Array.isArray(value);
}

function camelCase(key: string): string {
  return key.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
