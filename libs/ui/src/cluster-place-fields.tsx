import { ChoiceField } from './fields.tsx';
import { useLiveData } from './live-data.tsx';
import { AccountField, RegionField } from './place-fields.tsx';
import type { StageFormProps } from './stage-ui.tsx';

/** Where a cluster is: account, region and the cluster's name, chosen from what there is. */
export function ClusterPlaceFields({
  stage,
  onChange,
  application,
}: Pick<StageFormProps, 'stage' | 'onChange' | 'application'>) {
  const { clusters } = useLiveData().useClusters(application);
  return (
    <>
      <AccountField stage={stage} onChange={onChange} />
      <RegionField stage={stage} onChange={onChange} />
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
    </>
  );
}
