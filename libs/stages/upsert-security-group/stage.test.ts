import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const firewall = {
  credentials: 'local-gce',
  securityGroupName: 'hello-web',
  network: 'default',
  sourceRanges: ['10.0.0.0/8'],
  targetTags: ['web'],
  allowed: [{ ipProtocol: 'tcp', portRanges: ['8080'] }],
};
const name = { credentials: 'local-gce', securityGroupName: 'hello-web' };

describe('firewalls of a pipeline', () => {
  it('are made, and deleted again', async () => {
    const result = await expectPipeline(
      pipeline('hello', 'firewall')
        .stage('upsertSecurityGroup', 'Make', firewall)
        .stage('deleteSecurityGroup', 'Delete', name),
    ).toSucceed();
    expect(result.operations).toMatchObject([
      {
        name: 'upsertSecurityGroup',
        description: { region: 'global', securityGroupName: 'hello-web', targetTags: ['web'] },
      },
      { name: 'deleteSecurityGroup', description: { region: 'global', securityGroupName: 'hello-web' } },
    ]);
    expect(result.stage('Make')).toMatchObject({
      context: { targets: [{ credentials: 'local-gce', region: 'global', name: 'hello-web' }] },
      tasks: [{ name: 'upsertSecurityGroup' }, { name: 'monitorUpsert' }, { name: 'waitForUpsertedSecurityGroup' }],
    });
  });

  it('say what is wrong with them', async () => {
    await expectPipeline(
      pipeline('hello', 'firewall').stage('upsertSecurityGroup', 'Make', { ...firewall, network: 'nowhere' }),
    ).toFail({ stage: 'Make', reason: 'nowhere' });
    const { credentials: _none, ...nowhere } = firewall;
    await expectPipeline(pipeline('hello', 'firewall').stage('upsertSecurityGroup', 'Make', nowhere)).toFail({
      stage: 'Make',
      reason: 'The stage names no account',
    });
  });
});
