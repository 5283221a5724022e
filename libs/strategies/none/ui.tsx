import { defineStrategyUi } from '@gennaker/ui/stage-ui';
import { noneSchema } from './schema.ts';

export default defineStrategyUi({
  type: 'none',
  label: 'None: leave the old ones',
  description: 'The new server group stands beside the old ones; nothing is taken away',
  schema: noneSchema,
});
