import type { Lab } from './collection.ts';
import { MACHINE_TYPES, REGIONS, ZONES, findMachineType, findZone, zonesOf } from './locations.ts';
import type { MachineType } from './locations.ts';
import { globalScope, linkOf, regionScope } from './path.ts';
import { quotasOf } from './quotas.ts';
import { fingerprintOf } from './store.ts';

/** When everything that was always there began, as the real API has it. */
const BEGINNING = '1969-12-31T16:00:00.000-08:00';

/** The project as the API shows it, with its quotas. */
export function projectDocument(lab: Lab, project: string) {
  return {
    kind: 'compute#project',
    id: numberOf(project),
    name: project,
    creationTimestamp: BEGINNING,
    defaultNetworkTier: 'PREMIUM',
    xpnProjectStatus: 'UNSPECIFIED_XPN_PROJECT_STATUS',
    commonInstanceMetadata: { kind: 'compute#metadata', fingerprint: fingerprintOf({ items: [] }) },
    quotas: quotasOf(lab.store, globalScope(project)),
    selfLink: linkOf(`projects/${project}`),
  };
}

/** A zone as the API shows it. */
export function zoneDocument(project: string, name: string) {
  const zone = findZone(name);
  return {
    kind: 'compute#zone',
    id: String(2000 + (zone?.index ?? 0)),
    ...placed(`projects/${project}/zones/${name}`, name),
    region: linkOf(`projects/${project}/regions/${zone?.region ?? ''}`),
  };
}

/** A region as the API shows it, with its quotas. */
export function regionDocument(lab: Lab, project: string, name: string) {
  return {
    kind: 'compute#region',
    id: String(1000 + REGIONS.indexOf(name)),
    ...placed(`projects/${project}/regions/${name}`, name),
    zones: zonesOf(name).map((zone) => linkOf(`projects/${project}/zones/${zone.name}`)),
    quotas: quotasOf(lab.store, regionScope(project, name)),
  };
}

/** The machine types of a zone; custom ones are found by name only. */
export function machineTypesOf(project: string, zone: string) {
  return MACHINE_TYPES.map((type) => machineTypeDocument(project, zone, type));
}

/** One machine type of a zone, undefined when there is none of that name. */
export function machineTypeOf(project: string, zone: string, name: string) {
  const type = findMachineType(name);
  return type === undefined ? undefined : machineTypeDocument(project, zone, type);
}

/** Every zone's machine types with the place they are in. */
export function allMachineTypes(project: string) {
  return ZONES.flatMap(({ name }) => machineTypesOf(project, name));
}

function machineTypeDocument(project: string, zone: string, type: MachineType) {
  return {
    kind: 'compute#machineType',
    id: numberOf(type.name),
    creationTimestamp: BEGINNING,
    ...type,
    description: `${type.guestCpus} vCPUs, ${type.memoryMb} MB`,
    isSharedCpu: ['e2-micro', 'e2-small', 'e2-medium', 'f1-micro', 'g1-small'].includes(type.name),
    zone,
    selfLink: linkOf(`projects/${project}/zones/${zone}/machineTypes/${type.name}`),
  };
}

function placed(path: string, name: string) {
  return { name, description: name, status: 'UP', selfLink: linkOf(path), creationTimestamp: BEGINNING };
}

/** A number that stays the same for a name. */
function numberOf(name: string): string {
  return Buffer.from(fingerprintOf({ name }), 'base64').readUInt32BE().toString();
}
