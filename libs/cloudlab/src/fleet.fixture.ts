import type { Json, TestCloud } from './cloud.fixture.ts';

/** Managed groups of the region. */
export const MIGS = 'regions/us-central1/instanceGroupManagers';
/** The group that tests are about. */
export const GROUP = `${MIGS}/g`;
export const IMAGE = 'projects/p/global/images/family/debian-12-nodejs';

/** The group as the API shows it. */
export async function groupOf(lab: TestCloud): Promise<Json> {
  return (await lab.api('GET', GROUP)).body;
}

/** Names of managed instances, sorted. */
export function namesOf(members: readonly Json[]): string[] {
  return members.map((each) => String(each['name'])).toSorted();
}

/** Names of the templates that managed instances are of, sorted. */
export function templatesOf(members: readonly Json[]): string[] {
  return members.map((each) => String(each['version']?.['instanceTemplate']).split('/').at(-1) ?? '').toSorted();
}

/** A template with a data disk `data`. */
export async function templateWithDisk(lab: TestCloud, name: string, deviceName = 'data'): Promise<void> {
  await lab.done('POST', 'global/instanceTemplates', {
    name,
    properties: {
      machineType: 'e2-micro',
      disks: [
        { boot: true, autoDelete: true, initializeParams: { sourceImage: IMAGE } },
        { deviceName, autoDelete: true, initializeParams: { diskSizeGb: '20' } },
      ],
    },
  });
}
