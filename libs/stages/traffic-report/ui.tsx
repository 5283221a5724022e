import { ClusterPlaceFields } from '@gennaker/ui/cluster-place-fields';
import { FieldGrid } from '@gennaker/ui/fields';
import { ActivityIcon } from '@gennaker/ui/icons';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { trafficReportStageSchema } from './schema.ts';

function Form({ stage, onChange, application }: StageFormProps) {
  return (
    <FieldGrid>
      <ClusterPlaceFields stage={stage} onChange={onChange} application={application} />
      <NumberOrExpressionField
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
