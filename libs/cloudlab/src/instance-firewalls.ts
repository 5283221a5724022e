import { rulesFor } from './firewall-rules.ts';
import type { FirewallRule, Guarded } from './firewall-rules.ts';
import { pathOf } from './path.ts';
import type { Instance } from './resource.ts';
import type { Store } from './store.ts';

/** Firewall rules for traffic to an instance, by its path; undefined when its network has none. */
export type FirewallOf = (instance: string) => readonly FirewallRule[] | undefined;

/** Looks the firewall rules of instances up, each once. */
export function firewalls(store: Store): FirewallOf {
  const documents = store
    .list('firewalls', 'projects/')
    .map(([path, firewall]) => ({ project: projectOf(path), firewall }));
  const instances = store.list('instances', 'projects/').map(([path, each]) => guarded(path, each));
  const byPath = new Map(instances.map((each) => [each.path, each]));
  const known = new Map<string, readonly FirewallRule[] | undefined>();
  return (path) => {
    const instance = byPath.get(path);
    if (instance === undefined || known.has(path)) return known.get(path);
    const rules = rulesFor(instance, documents, instances);
    known.set(path, rules);
    return rules;
  };
}

function guarded(path: string, instance: Instance): Guarded & { readonly path: string } {
  const [first] = instance.networkInterfaces;
  const network = first?.['network'];
  return {
    path,
    address: first?.networkIP ?? '',
    network:
      typeof network === 'string'
        ? pathOf(network, projectOf(path), 'network')
        : `projects/${projectOf(path)}/global/networks/default`,
    tags: instance.tags?.items ?? [],
  };
}

function projectOf(path: string): string {
  return path.split('/')[1] ?? '';
}
