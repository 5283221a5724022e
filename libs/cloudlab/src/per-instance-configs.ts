import { z } from 'zod';
import { checkFingerprint, checkNotDeleting, parse, replaceFields, start } from './collection.ts';
import type { ItemCall, Lab } from './collection.ts';
import { mergePatch } from './document-collection.ts';
import { preservedState } from './group-manager-schema.ts';
import type { PerInstanceConfig } from './group-manager-schema.ts';
import { lastPart, zoneScope } from './path.ts';
import { page } from './page.ts';
import { zoneForNext } from './zone-spread.ts';
import { alreadyExists, invalid } from './problem.ts';
import { zonesOfGroup } from './planned-group.ts';
import { resourceName } from './resource.ts';
import { fingerprintOf } from './store.ts';
import type { OperationDocument } from './store.ts';
import { membersOf } from './traffic-plan.ts';

type Managed = ItemCall<'instanceGroupManagers'>;

const managers = { name: 'instanceGroupManagers' } as const;

const config = z.looseObject({
  name: resourceName,
  preservedState: preservedState.default({}),
  fingerprint: z.string().optional(),
});
const configsBody = z.looseObject({ perInstanceConfigs: z.array(config).min(1, 'name at least one instance') });
const createBody = z.looseObject({ instances: z.array(config).min(1, 'name at least one instance') });
const deleteBody = z.looseObject({ names: z.array(z.string()).min(1, 'name at least one instance') });

/** `createInstances`: the group grows by instances of these names. */
export function createInstances(lab: Lab, call: Managed): OperationDocument {
  checkNotDeleting(call.path, call.item);
  const { instances } = parse(createBody, call.body, 'createInstancesRequest');
  const members = membersOf(lab.store, call.path);
  const known = new Set([...members.map(({ resource }) => resource.name), ...Object.keys(configsOf(call))]);
  const zones = zonesOfGroup(call.path, call.item);
  for (const { name } of instances) {
    const others = zones.map((zone) => `${zoneScope(call.scope.project, zone).path}/instances/${name}`);
    const other = others.find((path) => lab.store.get('instances', path) !== undefined);
    if (other !== undefined || known.has(name)) throw alreadyExists(other ?? `${call.path}/${name}`);
    known.add(name);
  }
  const placed = members.map(({ resource }) => ({ zone: lastPart(resource.zone) }));
  const added = instances.map((each): [string, PerInstanceConfig] => {
    const zone = zoneForNext({ zones, fullZones: new Set(), shape: 'EVEN' }, placed);
    placed.push({ zone });
    return [each.name, { ...made(each.name, each.preservedState), zone }];
  });
  return start(lab, call, 'createInstances', undefined, () => {
    replaceFields(lab, call.path, call.item, managers, {
      targetSize: call.item.targetSize + added.length,
      perInstanceConfigs: { ...configsOf(call), ...Object.fromEntries(added) },
    });
    lab.fleet.reconcile(call.path);
  });
}

/** `updatePerInstanceConfigs` replaces configs, `patchPerInstanceConfigs` merges into them. */
export function changeConfigs(type: 'updatePerInstanceConfigs' | 'patchPerInstanceConfigs') {
  return (lab: Lab, call: Managed): OperationDocument => {
    checkNotDeleting(call.path, call.item);
    const { perInstanceConfigs } = parse(configsBody, call.body, `${type}Request`);
    const before = configsOf(call);
    const changed = perInstanceConfigs.map((each): [string, PerInstanceConfig] => {
      checkMember(lab, call, each.name);
      const old = before[each.name];
      checkFingerprint(each.fingerprint, old?.fingerprint);
      const state = type.startsWith('patch')
        ? preservedState.parse(mergePatch(old?.preservedState ?? {}, each.preservedState))
        : each.preservedState;
      return [each.name, { ...made(each.name, state), ...(old?.zone === undefined ? {} : { zone: old.zone }) }];
    });
    return start(lab, call, type, undefined, () => {
      replaceFields(lab, call.path, call.item, managers, {
        perInstanceConfigs: { ...before, ...Object.fromEntries(changed) },
      });
    });
  };
}

/** `deletePerInstanceConfigs`: the instances stay, and nothing of them is kept any more. */
export function deleteConfigs(lab: Lab, call: Managed): OperationDocument {
  const { names } = parse(deleteBody, call.body, 'deletePerInstanceConfigsRequest');
  const before = configsOf(call);
  const missing = names.find((name) => before[name] === undefined);
  if (missing !== undefined) throw invalid('names', `there is no config for an instance '${missing}'.`);
  return start(lab, call, 'deletePerInstanceConfigs', undefined, () => {
    const left = Object.entries(before).filter(([name]) => !names.includes(name));
    replaceFields(lab, call.path, call.item, managers, { perInstanceConfigs: Object.fromEntries(left) });
  });
}

/** `listPerInstanceConfigs`. */
export function listConfigs(_: Lab, call: Managed): object {
  const list = Object.values(configsOf(call))
    .map(({ name, preservedState: state, fingerprint }) => ({
      name,
      preservedState: state,
      fingerprint,
      status: 'EFFECTIVE',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextPageToken } = page(list, ({ name }) => name, call.query);
  return { items, ...(nextPageToken === undefined ? {} : { nextPageToken }) };
}

function configsOf(call: Managed): Readonly<Record<string, PerInstanceConfig>> {
  return call.item.perInstanceConfigs ?? {};
}

function made(name: string, state: PerInstanceConfig['preservedState']): PerInstanceConfig {
  return { name, preservedState: state, fingerprint: fingerprintOf({ name, state }) };
}

function checkMember(lab: Lab, call: Managed, name: string): void {
  if (membersOf(lab.store, call.path).some(({ resource }) => resource.name === name)) return;
  throw invalid('perInstanceConfigs.name', `'${name}' is not an instance of ${call.item.name}.`);
}
