import { ClusterPlaceFields } from '@gennaker/ui/cluster-place-fields';
import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { ActivityIcon } from '@gennaker/ui/icons';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { defineStageUi, type StageFormProps, text } from '@gennaker/ui/stage-ui';
import { TrafficRulesFields } from '@gennaker/ui/traffic-rules-fields';
import { watchTrafficSchema } from './schema.ts';

function Form({ stage, onChange, application }: StageFormProps) {
  return (
    <FieldGrid>
      <ClusterPlaceFields stage={stage} onChange={onChange} application={application} />
      <TextField
        label="Server group"
        required
        help="An expression may name the one that was deployed"
        value={stage['serverGroupName']}
        onChange={(serverGroupName) => onChange({ serverGroupName })}
      />
      <NumberOrExpressionField
        label="Watch for"
        suffix=" s"
        min={1}
        value={stage['forSeconds']}
        onChange={(forSeconds) => onChange({ forSeconds })}
      />
      <TrafficRulesFields value={stage} onChange={onChange} />
    </FieldGrid>
  );
}

export default defineStageUi({
  type: 'watchTraffic',
  label: 'Watch traffic',
  description: 'Watches what a server group answers for a while, and fails as soon as it is not good enough',
  group: 'Verify and decide',
  icon: ActivityIcon,
  schema: watchTrafficSchema,
  defaults: () => ({ forSeconds: 60, rules: { maxFailureRatio: 0.01, minRequests: 20 } }),
  summary: (stage) => text(stage['serverGroupName']),
  problems: (stage) =>
    [
      ['credentials', 'choose an account'],
      ['region', 'choose a region'],
      ['cluster', 'choose a cluster'],
      ['serverGroupName', 'name a server group'],
    ].flatMap(([key = '', problem = '']) => (text(stage[key]) ? [] : [problem])),
  Form,
});
