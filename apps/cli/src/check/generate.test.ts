import { expect, it } from 'vitest';
import { registryText } from './generate.ts';

const registry = {
  kind: 'stages',
  member: 'stage.ts',
  name: 'stages',
  type: 'AnyStageDefinition',
  from: '@gennaker/extension-sdk/stage',
  about: 'Every stage type.',
};

it('keys the server registry by the folder name in camel case, which is the type', () => {
  const text = registryText({ ...registry, file: 'server.ts' }, ['bake', 'manual-judgment']);
  expect(text).toContain("import manualJudgment from './manual-judgment/stage.ts';");
  expect(text).toContain(
    'export const stages: Readonly<Record<string, AnyStageDefinition>> = { bake, manualJudgment };',
  );
});

it('lists the forms in the browser registry', () => {
  const text = registryText({ ...registry, file: 'ui.ts', member: 'ui.tsx', name: 'stageUis', type: 'StageUi' }, [
    'wait',
  ]);
  expect(text).toContain("import wait from './wait/ui.tsx';");
  expect(text).toContain('export const stageUis: readonly StageUi[] = [wait];');
});

it('types the settings of each stage by its schema', () => {
  const text = registryText({ ...registry, file: 'server.ts', inputs: 'StageInputs' }, ['manual-judgment']);
  expect(text).toContain("readonly manualJudgment: z.input<(typeof manualJudgment)['schema']>;");
});
