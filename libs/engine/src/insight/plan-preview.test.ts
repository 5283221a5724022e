import { planSchema } from '@gennaker/contracts/orca-insight';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Run, stage } from '../engine.fixture.ts';
import { planPreview } from './plan-preview.ts';

const env = new Run([]).env();
const plan = (document: Readonly<Record<string, unknown>>, parameters: Record<string, unknown> = {}) =>
  planSchema.parse(
    planPreview(
      { type: 'PIPELINE', application: 'app', name: 'p', document, trigger: { type: 'manual', parameters } },
      env,
    ),
  );

describe('the plan of a start', () => {
  it('shows steps and synthetic stages, theirs too, with the refIds that a run gives them', () => {
    const script = {
      tasks: [['SUCCEEDED']],
      before: [{ name: 'b', tasks: [['SUCCEEDED']], before: [{ name: 'bb' }] }],
      after: [{ name: 'a1' }, { name: 'a2', waitsFor: [0] }],
    } as const;
    const document = { stages: [stage('1', [], script), stage('2', ['1'], {})] };
    const run = new Run(document.stages);
    run.send({ type: 'Start' });
    run.settle();
    const { stages, warnings } = plan(document);
    expect(warnings).toEqual([]);
    const walk = (list: typeof stages): string[] =>
      list.flatMap((one) => [...walk(one.before), one.refId, ...walk(one.after)]);
    expect(walk(stages).toSorted()).toEqual(Object.keys(run.statuses()).toSorted());
    expect(stages[0]).toMatchObject({ tasks: ['task1'], before: [{ refId: '1<1' }] });
    expect(stages[0]?.after[1]?.requisiteStageRefIds).toEqual(['1>1']);
  });

  it('puts parameters in, warns of those that are missing or not allowed', () => {
    const document = {
      parameterConfig: [
        { name: 'region', default: 'eu' },
        { name: 'version', required: true },
        { name: 'size', hasOptions: true, options: [{ value: 'S' }, { value: 'M' }] },
      ],
      stages: [stage('1', [], {}, { parameters: '${parameters}' })],
    };
    const { parameters, stages, warnings } = plan(document, { size: 'XL' });
    expect(parameters).toEqual({ region: 'eu', size: 'XL' });
    expect(stages[0]?.context['parameters']).toEqual(parameters);
    expect(warnings.map((one) => one.field)).toEqual(['parameters.version', 'parameters.size']);
  });

  it('leaves what only a run can tell as it is, and says so', () => {
    const { stages, warnings } = plan({
      stages: [
        stage('1', [], {}, { own: '${nothing}' }),
        stage('2', ['1'], {}, { image: '${amiName}', stageEnabled: { type: 'expression', expression: 'amiName' } }),
        stage('3', ['1'], {}, { stageEnabled: { type: 'expression', expression: 'false' }, lost: '${gone}' }),
        stage('4', ['1'], {}, { stageEnabled: { type: 'expression', expression: 'true' } }),
      ],
    });
    expect(stages.map((one) => one.enabled)).toEqual(['yes', 'unknown', 'no', 'yes']);
    expect(stages[1]?.context['image']).toBe('${amiName}');
    expect(warnings).toMatchObject([
      { stageRefId: '1', field: 'own', message: '{nothing} has no value' },
      { stageRefId: '2', field: 'image', message: '${amiName} is known only at run time' },
    ]);
  });

  it('warns of unknown types, broken graphs, failing plans and a missing list of stages', () => {
    const found = plan({
      disabled: true,
      stages: [{ type: 'nonsense', refId: '1' }, stage('2', ['9'], { planFails: true }), { name: 'no type' }],
    });
    expect(found.warnings.map((one) => one.message).join('\n')).toMatch(
      /disabled[^]*has no type[^]*9[^]*"nonsense"[^]*this plan fails/,
    );
    expect(plan({}).warnings).toMatchObject([{ field: 'stages' }]);
  });

  it('takes given artifacts, then defaults, and warns of what is missing', () => {
    const expected = (name: string, more: object) => ({
      id: name,
      matchArtifact: { type: 'docker/image', name },
      ...more,
    });
    const { artifacts, warnings } = planPreview(
      {
        type: 'PIPELINE',
        application: 'app',
        name: 'p',
        document: {
          stages: [],
          expectedArtifacts: [
            expected('app.*', {}),
            expected('side', { useDefaultArtifact: true, defaultArtifact: { name: 'side', version: '1' } }),
            expected('lost', {}),
          ],
        },
        trigger: { type: 'manual', artifacts: [{ type: 'docker/image', name: 'app-1' }] },
      },
      env,
    );
    expect(artifacts.map((one) => one['name'])).toEqual(['app-1', 'side']);
    expect(warnings).toMatchObject([{ field: 'expectedArtifacts.2' }]);
  });

  it('never throws, whatever the document', () => {
    const anyStage = fc.oneof(
      fc.record(
        {
          type: fc.constantFrom('scripted', 'nonsense'),
          refId: fc.string(),
          requisiteStageRefIds: fc.array(fc.string()),
        },
        { requiredKeys: ['type'] },
      ),
      fc.object(),
      fc.anything(),
    );
    fc.assert(
      fc.property(
        fc.record({
          stages: fc.oneof(fc.array(anyStage), fc.anything()),
          parameterConfig: fc.anything(),
          expectedArtifacts: fc.anything(),
        }),
        (document) =>
          void planPreview(
            { type: 'PIPELINE', application: 'a', name: 'p', document, trigger: { type: 'manual' } },
            env,
          ),
      ),
    );
  });
});
