import type { StrategyDefinition } from '@gennaker/extension-sdk/strategy';
import type { Clock } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';

/** What this system knows: whatever a pipeline names beyond it is saved with a warning. */
export interface Known {
  readonly stageTypes: ReadonlySet<string>;
  readonly triggerTypes: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly strategies: readonly StrategyDefinition[];
}

/** What front50's use cases work with. */
export interface Front50 {
  readonly db: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly known: () => Promise<Known>;
}
