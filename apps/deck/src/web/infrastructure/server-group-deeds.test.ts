import { describe, expect, it } from 'vitest';
import { aServerGroup } from '../testing/cloud-things.ts';
import { createServerGroupDeed, serverGroupDeeds } from './server-group-deeds.ts';

const verbs = (keys: object): string[] => serverGroupDeeds(aServerGroup(1, keys), () => false).map(({ verb }) => verb);
const drift = { summary: 'hello-lb sends it nothing, though it is enabled' };

describe('what can be done to a server group', () => {
  it.each([
    [{}, ['Disable', 'Destroy']],
    [{ isDisabled: true }, ['Enable', 'Destroy']],
    [{ drift }, ['Enable', 'Disable', 'Destroy']],
    [{ drift, isDisabled: true }, ['Enable', 'Disable', 'Destroy']],
  ])('of its traffic, where it is %j: %j', (keys, offered) => {
    expect(verbs(keys)).toEqual(offered);
  });
});

describe('a new server group', () => {
  it('is compared with the newest of its cluster, for each cluster that has one', () => {
    const europe = { region: 'europe-west1' };
    const deed = createServerGroupDeed('hello', [aServerGroup(1), aServerGroup(2), aServerGroup(3, europe)]);
    const cluster = { account: 'local-gce', region: 'us-central1', stack: 'prod' };
    const clusters = [cluster, { ...cluster, ...europe }, { ...cluster, stack: 'other' }];
    expect(deed.against?.({ type: 'deploy', clusters }, {}).map(({ title }) => title)).toEqual([
      'Beside hello-prod-v002, the newest of hello-prod',
      'Beside hello-prod-v003, the newest of hello-prod',
    ]);
  });
});
