import { defineStrategy } from '@gennaker/extension-sdk/strategy';
import {
  delayBeforeDisable,
  inOrder,
  takeOverProblems,
  takesFromOlder,
  waitStage,
} from '@gennaker/extension-sdk/strategy-stages';
import { highlanderSchema } from './schema.ts';

/** There is one server group in the end: older ones lose their traffic, then they are destroyed. */
export default defineStrategy({
  type: 'highlander',
  label: 'Highlander',
  description: 'Destroys older server groups once the new one is healthy',
  schema: highlanderSchema,
  problems: (settings) => takeOverProblems('highlander', settings),
  afterStages: (deploy) =>
    inOrder([
      waitStage('Wait before disable', deploy.source ? delayBeforeDisable(deploy.settings) : 0),
      {
        type: 'shrinkCluster',
        name: 'Destroy older server groups',
        context: { ...takesFromOlder(deploy), shrinkToSize: 1, allowDeleteActive: true },
      },
    ]),
});
