import { ChoiceField, FieldGrid, NumberField } from '@gennaker/ui/fields';
import { ActivityIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { trafficReportStageSchema } from './schema.ts';

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
      <NumberField
        label="Look back"
        suffix=" s"
        value={stage['lookBackSeconds']}
        onChange={(lookBackSeconds) => onChange({ lookBackSeconds })}
        help="How long before this stage the window begins"
      />
    </FieldGrid>
  );
}

export default defineStageUi({
  type: 'trafficReport',
  label: 'Traffic report',
  description: 'Says what load balancers answered by version: requests, failures, latencies',
  group: 'Verify and decide',
  icon: ActivityIcon,
  schema: trafficReportStageSchema,
  defaults: () => ({ lookBackSeconds: 300 }),
  summary: (stage) => text(stage['cluster']),
  problems: (stage) => [
    ...(text(stage['credentials']) ? [] : ['choose an account']),
    ...(text(stage['region']) ? [] : ['choose a region']),
    ...(text(stage['cluster']) ? [] : ['choose a cluster']),
  ],
  Form,
});
