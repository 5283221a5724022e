// Generated from the folders beside it by `npm run gen`.
import type { TriggerUi } from '@gennaker/ui/stage-ui';

/** Every trigger type as the browser shows it. */
export const triggerUis: readonly TriggerUi[] = [];
