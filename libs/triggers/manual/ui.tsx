import { PlayIcon } from '@gennaker/ui/icons';
import { defineTriggerUi } from '@gennaker/ui/stage-ui';
import { manualTriggerSchema } from './schema.ts';

export default defineTriggerUi({
  type: 'manual',
  label: 'By hand',
  description: 'A person starts it; this works for every pipeline without being listed',
  icon: PlayIcon,
  schema: manualTriggerSchema,
  defaults: () => ({}),
  summary: () => 'started by a person',
  sentence: () => 'Started by hand',
  Form: () => (
    <p className="gk-muted" style={{ margin: 0, fontSize: 13.5 }}>
      People start it with the Start button or the API. There is nothing to configure.
    </p>
  ),
});
