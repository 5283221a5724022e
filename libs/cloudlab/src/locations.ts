/** A place where instances run. `index` is the third octet of its instances' addresses. */
export interface Zone {
  readonly name: string;
  readonly region: string;
  readonly index: number;
}

const LAYOUT: Readonly<Record<string, readonly string[]>> = {
  'us-central1': ['a', 'b', 'c', 'f'],
  'europe-west1': ['b', 'c', 'd'],
  'asia-east1': ['a', 'b', 'c'],
};

/** Every zone of the local cloud. */
export const ZONES: readonly Zone[] = Object.entries(LAYOUT)
  .flatMap(([region, letters]) => letters.map((letter) => ({ name: `${region}-${letter}`, region })))
  .map((zone, position) => ({ ...zone, index: position + 1 }));

/** Every region of the local cloud. */
export const REGIONS: readonly string[] = Object.keys(LAYOUT);

/** The zone of that name, undefined when there is none. */
export function findZone(name: string): Zone | undefined {
  return ZONES.find((zone) => zone.name === name);
}

/** The zones of a region, in order. */
export function zonesOf(region: string): readonly Zone[] {
  return ZONES.filter((zone) => zone.region === region);
}

/** A machine type. It is a label here: instances share the machine. */
export interface MachineType {
  readonly name: string;
  readonly guestCpus: number;
  readonly memoryMb: number;
}

/** What every zone offers. */
export const MACHINE_TYPES: readonly MachineType[] = [
  { name: 'e2-micro', guestCpus: 2, memoryMb: 1024 },
  { name: 'e2-small', guestCpus: 2, memoryMb: 2048 },
  { name: 'e2-medium', guestCpus: 2, memoryMb: 4096 },
  { name: 'e2-standard-2', guestCpus: 2, memoryMb: 8192 },
  { name: 'e2-standard-4', guestCpus: 4, memoryMb: 16384 },
  { name: 'f1-micro', guestCpus: 1, memoryMb: 614 },
  { name: 'g1-small', guestCpus: 1, memoryMb: 1740 },
  { name: 'n1-standard-1', guestCpus: 1, memoryMb: 3840 },
  { name: 'n1-standard-2', guestCpus: 2, memoryMb: 7680 },
];

/** A machine type by its name, `custom-CPUS-MEGABYTES` (also `n1-custom-...` and the like) included. */
export function findMachineType(name: string): MachineType | undefined {
  const custom = /^(?:[a-z]\d[a-z]?-)?custom-(\d{1,3})-(\d{3,7})$/.exec(name);
  if (custom === null) return MACHINE_TYPES.find((each) => each.name === name);
  const [guestCpus, memoryMb] = [Number(custom[1]), Number(custom[2])];
  return guestCpus > 0 && memoryMb % 256 === 0 ? { name, guestCpus, memoryMb } : undefined;
}
