import type { StrategyDefinition } from '@gennaker/extension-sdk/strategy';
import none from './none/strategy.ts';
import redblack from './redblack/strategy.ts';

/** Every deployment strategy of this build, by its type. */
export const strategies: Readonly<Record<string, StrategyDefinition>> = { none, redblack };
