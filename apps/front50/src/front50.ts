import type { Known } from '@gennaker/documents/check-pipeline';
import type { Clock } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';

/** What front50's use cases work with. */
export interface Front50 {
  readonly db: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly known: () => Promise<Known>;
}
