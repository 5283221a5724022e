import type { StrategyUi } from '@gennaker/ui/stage-ui';
import none from './none/ui.tsx';
import redblack from './redblack/ui.tsx';

/** Every deployment strategy's user interface. */
export const strategyUis: readonly StrategyUi[] = [none, redblack];
