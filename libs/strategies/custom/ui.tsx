import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { defineStrategyUi } from '@gennaker/ui/stage-ui';

export default defineStrategyUi({
  type: 'custom',
  label: 'Custom: a pipeline of yours',
  description: 'A pipeline deploys what is described here, and sees to the older server groups in its own way',
  Form: ({ cluster, onChange }) => (
    <FieldGrid>
      <TextField
        label="Application of the pipeline"
        placeholder="This one"
        value={cluster['strategyApplication']}
        onChange={(strategyApplication) => onChange({ strategyApplication })}
      />
      <TextField
        label="Pipeline"
        required
        help="Its id, or its name"
        value={cluster['strategyPipeline']}
        onChange={(strategyPipeline) => onChange({ strategyPipeline })}
      />
    </FieldGrid>
  ),
});
