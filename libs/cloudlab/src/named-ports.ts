import { replaceFields } from './collection.ts';
import type { Lab } from './collection.ts';
import type { NamedPort } from './resource.ts';

/** Names the ports of an instance group, and so those of its managed group: the two always agree. */
export function putNamedPorts(lab: Lab, instanceGroupPath: string, namedPorts: readonly NamedPort[]): void {
  const group = lab.store.get('instanceGroups', instanceGroupPath);
  if (group !== undefined) replaceFields(lab, instanceGroupPath, group, { name: 'instanceGroups' }, { namedPorts });
  const managerPath = instanceGroupPath.replace('/instanceGroups/', '/instanceGroupManagers/');
  const manager = lab.store.get('instanceGroupManagers', managerPath);
  if (manager !== undefined)
    replaceFields(lab, managerPath, manager, { name: 'instanceGroupManagers' }, { namedPorts });
}
