import { defineStrategyUi } from '@gennaker/ui/stage-ui';

export default defineStrategyUi({
  type: 'none',
  label: 'None: leave the old ones',
  description: 'The new server group stands beside the old ones; nothing is taken away',
});
