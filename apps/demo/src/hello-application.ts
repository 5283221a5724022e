import type { HelloBuild } from './hello-package.ts';

/** Names that the demo uses everywhere. */
export const HELLO = {
  application: 'hello',
  stack: 'prod',
  cluster: 'hello-prod',
  loadBalancer: 'hello-lb',
  region: 'us-central1',
  zones: ['us-central1-a', 'us-central1-b'],
  port: 8080,
  instances: 4,
  baseImage: 'debian-12-nodejs',
  jenkins: 'demo-jenkins',
  job: 'hello',
  pipeline: 'Bake, test, switch',
} as const;

/** The cluster of two regions that gets what the demo's cluster runs, and the pipelines that bring it there. */
export const WORLD = {
  stack: 'world',
  cluster: 'hello-world',
  loadBalancer: 'hello-world-lb',
  regions: ['us-central1', 'europe-west1'],
  /** In each region. */
  instances: 2,
  redBlack: 'Promote red-black',
  dark: 'Promote dark',
} as const;

/** Seconds that connections get to end when their instances lose traffic; hello ends connections after three. */
export const DRAINING_SECONDS = 8;

/** The two builds that the demo deploys, one after the other. */
export const BUILDS = {
  first: { number: 1, version: '1.0.0', commit: 'abc1234' },
  second: { number: 2, version: '1.1.0', commit: 'def5678' },
} as const satisfies Record<string, HelloBuild>;
