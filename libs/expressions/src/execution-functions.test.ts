import { describe, expect, it } from 'vitest';
import { deploy, type Names, resolved, stage, within } from './resolve.fixture.ts';

describe('stages and artifacts', () => {
  it.each<[string, string, unknown, unknown]>([
    ['is compared inside of a text', 'ok: ${#stage("S")["status"] == "SUCCEEDED"}', 'ok: true', 'ok: false'],
    ['is a text', '${#stage("S")["status"]}', 'SUCCEEDED', 'TERMINAL'],
    ['by its text equals the name of success', '${#stage("S").status.toString() == "SUCCEEDED"}', true, false],
    ['itself equals the name of success', '${#stage("S").status == "SUCCEEDED"}', true, false],
    ['by its text equals the name of failure', '${#stage("S").status.toString() == "TERMINAL"}', false, true],
    ['itself equals the name of failure', '${#stage("S").status == "TERMINAL"}', false, true],
    ['by its name equals it', '${#stage("S").status.name() == "SUCCEEDED"}', true, false],
    ['found by a selection', "${execution.stages.?[name == 'S'][0]['status'].toString() == 'TERMINAL'}", false, true],
    ['is told as success', '${#stage("S").hasSucceeded}', true, false],
    ['is told as failure', '${#stage("S").hasFailed}', false, true],
  ])('a status %s', (_what, text, whenSucceeded, whenTerminal) => {
    const names = (failed: boolean): Names =>
      within(stage({ name: 'S', status: failed ? 'TERMINAL' : 'SUCCEEDED', hasSucceeded: !failed, hasFailed: failed }));
    expect(resolved(text, names(false)).value).toBe(whenSucceeded);
    expect(resolved(text, names(true)).value).toBe(whenTerminal);
  });

  it('the first stage by name, else by id', () => {
    const names = within(stage({ id: 'b', name: 'a' }), stage({ id: 'a', name: 'z' }), stage({ id: 'c', name: 'a' }));
    expect(resolved("${#stage('a').id}", names).value).toBe('b');
    expect(resolved("${#stage('c').name}", names).value).toBe('a');
    expect(resolved("${#stageExists('z')} ${#stageExists('c')} ${#stageExists('no')}", names).value).toBe(
      'true true false',
    );
    expect(resolved("${#stageByRefId('1').id}", names).value).toBe('b');
  });

  it.each([
    ['a current stage whose id the execution does not have', '${#currentStage()}', { stageId: 'gone' }],
    ['a current stage outside of any', '${#currentStage()}', {}],
    ['a stage by no refId', '${#stageByRefId(null)}', {}],
    ['a stage by a refId that is not there', "${#stageByRefId('9')}", {}],
    ['a stage by neither its name nor its id', "${#stage('nope')}", {}],
  ])('there is no %s', (_what, text, options) => {
    expect(resolved(text, within(stage({})), options)).toMatchObject({ value: text, problems: [{ level: 'ERROR' }] });
  });

  it('the judgment, not another stage of its name', () => {
    const names = within(
      stage({ name: 'J' }),
      stage({ name: 'J', type: 'manualJudgment', context: { judgmentInput: 'go' } }),
    );
    expect(resolved('${#judgment("J")} ${#judgement("J")}', names).value).toBe('go go');
  });

  it('the current stage by its id', () => {
    expect(resolved('${#currentStage().name}', within(stage({ id: 'x', name: 'here' })), { stageId: 'x' }).value).toBe(
      'here',
    );
  });

  it('what deploys made, of all stages or of those named', () => {
    const names = within(deploy('one', 'r1', 'app-v001'), deploy('two', 'r2', 'app-v002'), stage({}));
    expect(resolved('${#deployedServerGroups()}', names).value).toMatchObject([
      {
        serverGroup: 'app-v001',
        region: 'r1',
        ami: 'ami-r1',
        account: 'prod',
        deployments: [{ serverGroupName: 'app-v001' }],
      },
      { serverGroup: 'app-v002', region: 'r2' },
    ]);
    expect(resolved("${#deployedServerGroups('two').![serverGroup]}", names).value).toEqual(['app-v002']);
  });

  it('the same by a bare name, with what the bake before said of the image; nothing while there is none', () => {
    const bake = stage({
      id: 'B',
      refId: 'b',
      name: 'Bake',
      outputs: { deploymentDetails: ['r1', 'r2'].map((region) => ({ region, ami: `ami-${region}` })) },
    });
    const deployed = stage({
      ...deploy('one', 'r1', 'app-v001'),
      requisiteStageRefIds: ['b'],
      context: { 'deploy.server.groups': { r1: ['app-v001'], r2: ['app-v002'] } },
    });
    expect(resolved('${deployedServerGroups}', within(bake, deployed)).value).toMatchObject([
      { serverGroup: 'app-v001', region: 'r1', ami: 'ami-r1' },
      { serverGroup: 'app-v002', region: 'r2', ami: 'ami-r2' },
    ]);
    expect(
      resolved('run ${deployedServerGroups[0].serverGroup} of ${deployedServerGroups[0].ami}', within(bake, deployed))
        .value,
    ).toBe('run app-v001 of ami-r1');
    const { value, problems } = resolved({ a: '${deployedServerGroups}' }, within(bake));
    expect(value).toEqual({ a: '${deployedServerGroups}' });
    expect(problems).toMatchObject([{ level: 'INFO', description: expect.stringContaining('a: ') as string }]);
  });

  it.each<[readonly string[], unknown]>([
    [[], '${scmInfo.branch}'],
    [['master'], 'master'],
    [['feature', 'master'], 'feature'],
    [['develop', 'master'], 'develop'],
    [['f1', 'f2'], 'f1'],
  ])('the commit of the build, of those on %j', (branches, expected) => {
    const trigger = { buildInfo: { scm: branches.map((branch) => ({ branch })) } };
    expect(resolved('${scmInfo.branch}', { trigger }).value).toBe(expected);
  });

  it('artifacts of all stages in their order, and of the trigger by name and type', () => {
    const names = {
      ...within(
        stage({ outputs: { artifacts: [{ name: 'a' }] } }),
        stage({ outputs: { artifacts: [{ name: 'b' }, { name: 'c' }] } }),
        stage({}),
        stage({ outputs: { artifacts: [{ name: 'd' }] } }),
      ),
      trigger: {
        artifacts: [{ name: 'x', type: 't' }],
        resolvedExpectedArtifacts: [{ boundArtifact: { name: 'y', type: 'u' } }],
      },
    };
    expect(resolved('${#resolvedArtifacts().![name]}', names).value).toEqual(['a', 'b', 'c', 'd']);
    expect(
      resolved("${#triggerResolvedArtifact('y').type}${#triggerResolvedArtifactByType('u').name}", names).value,
    ).toBe('uy');
    for (const missing of ["${#triggerResolvedArtifact('x')}", "${#triggerResolvedArtifactByType('x')}"])
      expect(resolved(missing, names)).toMatchObject({ value: missing, problems: [{ level: 'ERROR' }] });
  });

  it('a label of a manifest that a stage deployed', () => {
    const manifest = { kind: 'Deployment', spec: { template: { metadata: { labels: { version: '7' } } } } };
    const names = within(stage({ name: 'D', type: 'deployManifest', outputs: { manifests: [manifest] } }));
    expect(resolved("${#manifestLabelValue('D', 'Deployment', 'version')}", names).value).toBe('7');
    for (const wrong of ["'X', 'Deployment', 'version'", "'D', 'Pod', 'version'", "'D', 'Deployment', 'no'"])
      expect(resolved(`\${#manifestLabelValue(${wrong})}`, names).problems).toHaveLength(1);
  });
});
