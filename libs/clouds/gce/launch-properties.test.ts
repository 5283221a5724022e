import { expect, test } from 'vitest';
import { launchProperties } from './launch-properties.ts';
import { templateSchema } from './resources.ts';

const place = {
  project: 'p',
  account: 'prod',
  region: 'us-central1',
  serverGroup: 'hello-prod-v003',
  template: 'hello-prod-v003-1',
};
const image = { name: 'hello-2', selfLink: 'projects/p/global/images/hello-2', diskSizeGb: '20' };
const before = (properties: object) => templateSchema.parse({ name: 't', properties }).properties ?? null;

test('a new group has one boot disk of its image, the default network and a public address', () => {
  expect(launchProperties(place, null, {}, image)).toMatchObject({
    machineType: 'e2-small',
    disks: [
      {
        boot: true,
        autoDelete: true,
        deviceName: 'hello-prod-v003-0',
        initializeParams: { sourceImage: image.selfLink },
      },
    ],
    networkInterfaces: [{ network: 'projects/p/global/networks/default', accessConfigs: [{ type: 'ONE_TO_ONE_NAT' }] }],
  });
});

test('a boot disk is at least as large as its image; local SSDs are scratch and never boot', () => {
  const disks = [
    { type: 'local-ssd', autoDelete: true },
    { type: 'pd-ssd', sizeGb: 10, autoDelete: true },
    { type: 'pd-standard', sizeGb: 5, autoDelete: false, sourceImage: 'projects/p/global/images/data' },
  ];
  expect(launchProperties(place, null, { disks }, image)['disks']).toMatchObject([
    { boot: false, type: 'SCRATCH' },
    { boot: true, initializeParams: { diskSizeGb: '20', sourceImage: image.selfLink } },
    {
      boot: false,
      autoDelete: false,
      initializeParams: { diskSizeGb: '5', sourceImage: 'projects/p/global/images/data' },
    },
  ]);
});

test('user data becomes metadata with its tokens replaced, and is kept as it was written', () => {
  const userData = 'GROUP=%%group%%\nAPP=%%app%%-%%stack%%\n# a comment\nOTHER=%%unknown%%';
  const { metadata } = launchProperties(place, null, { userData }, image);
  expect(metadata).toEqual({
    items: [
      { key: 'GROUP', value: 'hello-prod-v003' },
      { key: 'APP', value: 'hello-prod' },
      { key: 'OTHER', value: '%%unknown%%' },
      { key: 'customUserData', value: userData },
    ],
  });
});

test('what is not said stays: a new image changes the boot disk alone', () => {
  const known = before({
    machineType: 'n2-standard-4',
    minCpuPlatform: 'Intel Ice Lake',
    disks: [
      { boot: true, deviceName: 'boot', initializeParams: { sourceImage: 'projects/p/global/images/hello-1' } },
      { boot: false, deviceName: 'data', initializeParams: { diskSizeGb: '50' } },
    ],
    networkInterfaces: [
      { network: 'projects/p/global/networks/inner', subnetwork: 'projects/p/regions/r/subnetworks/s' },
    ],
    metadata: { items: [{ key: 'port', value: '8080' }] },
    labels: { team: 'blue' },
    tags: { items: ['web'] },
    shieldedInstanceConfig: { enableVtpm: true },
  });
  expect(launchProperties(place, known, { labels: { stage: 'prod' }, enableSecureBoot: true }, image)).toMatchObject({
    machineType: 'n2-standard-4',
    minCpuPlatform: 'Intel Ice Lake',
    disks: [
      { deviceName: 'boot', initializeParams: { sourceImage: image.selfLink } },
      { deviceName: 'data', initializeParams: { diskSizeGb: '50' } },
    ],
    networkInterfaces: [
      { network: 'projects/p/global/networks/inner', subnetwork: 'projects/p/regions/r/subnetworks/s' },
    ],
    metadata: { items: [{ key: 'port', value: '8080' }] },
    labels: { team: 'blue', stage: 'prod' },
    tags: { items: ['web'] },
    shieldedInstanceConfig: { enableVtpm: true, enableSecureBoot: true },
  });
  // It had no public address, and gets none.
  expect(JSON.stringify(launchProperties(place, known, {}, image)['networkInterfaces'])).not.toContain('accessConfigs');
});

test('another network leaves the subnet of the old one behind', () => {
  const known = before({
    networkInterfaces: [
      { network: 'projects/p/global/networks/a', subnetwork: 'projects/p/regions/r/subnetworks/of-a' },
    ],
  });
  expect(launchProperties(place, known, { network: 'b' }, null)['networkInterfaces']).toEqual([
    { network: 'projects/p/global/networks/b' },
  ]);
});

test('what may be taken away at any time neither restarts nor migrates; scopes may be short', () => {
  expect(launchProperties(place, null, { preemptible: true, authScopes: ['compute.readonly'] }, image)).toMatchObject({
    scheduling: { preemptible: true, automaticRestart: false, onHostMaintenance: 'TERMINATE' },
    serviceAccounts: [{ email: 'default', scopes: ['https://www.googleapis.com/auth/compute.readonly'] }],
  });
});
