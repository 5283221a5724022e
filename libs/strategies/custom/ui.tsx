import { FieldGrid } from '@gennaker/ui/fields';
import { defineStrategyUi } from '@gennaker/ui/stage-ui';
import { PipelineFields } from '@gennaker/ui/strategy-fields';
import { customSchema } from './schema.ts';

const KEYS = { application: 'strategyApplication', pipeline: 'strategyPipeline', help: 'Its id, or its name' } as const;

export default defineStrategyUi({
  type: 'custom',
  label: 'Custom: a pipeline of yours',
  description: 'A pipeline deploys what is described here, and sees to the older server groups in its own way',
  schema: customSchema,
  Form: ({ cluster, onChange, problem }) => (
    <FieldGrid>
      <PipelineFields value={cluster} keys={KEYS} onChange={onChange} problem={problem} />
    </FieldGrid>
  ),
});
