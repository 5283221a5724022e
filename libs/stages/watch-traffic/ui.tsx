import { ChoiceField, FieldGrid, NumberField, TextField } from '@gennaker/ui/fields';
import { ActivityIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { defineStageUi, type StageFormProps, text } from '@gennaker/ui/stage-ui';
import { TrafficRulesFields } from '@gennaker/ui/traffic-rules-fields';
import { watchTrafficSchema } from './schema.ts';

function Form({ stage, onChange, application }: StageFormProps) {
  const live = useLiveData();
  const { clusters } = live.useClusters(application);
  const account = text(stage['credentials']) || undefined;
  return (
    <FieldGrid>
      <ChoiceField
        label="Account"
        required
        value={account}
        choices={live.useAccounts('gce')}
        onChange={(credentials) => onChange({ credentials })}
      />
      <ChoiceField
        label="Region"
        required
        value={stage['region']}
        choices={live.useRegions(account)}
        onChange={(region) => onChange({ region })}
      />
      <ChoiceField
        label="Cluster"
        required
        value={stage['cluster']}
        choices={{
          options: [...new Set(clusters.map(({ cluster }) => cluster))].map((value) => ({ value })),
          loading: false,
        }}
        onChange={(cluster) => onChange({ cluster })}
      />
      <TextField
        label="Server group"
        required
        help="An expression may name the one that was deployed"
        value={stage['serverGroupName']}
        onChange={(serverGroupName) => onChange({ serverGroupName })}
      />
      <NumberField
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
