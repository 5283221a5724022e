import { clusterName, parseName } from '@gennaker/contracts/moniker';
import type { ReactNode } from 'react';
import { ChoiceField, ChoicesField, FieldGrid, OptionField } from './fields.tsx';
import { useGivenTarget } from './given-target.tsx';
import type { ClusterChoice } from './live-data.tsx';
import { useLiveData } from './live-data.tsx';
import type { JsonObject, StageConfig, StageFormProps } from './stage-ui.tsx';
import { list, object, strings, text } from './stage-ui.tsx';

/** Which server group of a cluster, decided when the stage runs. */
export const TARGETS = [
  { value: 'current_asg_dynamic', label: 'The newest', short: 'newest' },
  { value: 'ancestor_asg_dynamic', label: 'The one before the newest', short: 'previous' },
  { value: 'oldest_asg_dynamic', label: 'The oldest', short: 'oldest' },
] as const;

/** Words for a target value. */
export function targetWords(target: unknown): string {
  return TARGETS.find(({ value }) => value === target)?.label.toLowerCase() ?? (text(target) || 'a server group');
}

/** Clusters that earlier deploy stages of this pipeline will make. */
export function deployedUpstream(upstream: readonly StageConfig[], application: string): ClusterChoice[] {
  return upstream
    .filter(({ type }) => type === 'deploy')
    .flatMap((stage) => list(stage['clusters']).map(object))
    .map((cluster) => ({
      account: text(cluster['account']),
      cluster: clusterName(
        text(cluster['application']) || application,
        text(cluster['stack']),
        text(cluster['freeFormDetails']),
      ),
      regions: [text(cluster['region'])].filter(Boolean),
    }));
}

/** Fields that say which cluster: account, regions, name. What stands between, such as a target, comes after the name. */
export function ClusterFields({
  stage,
  onChange,
  application,
  upstream,
  children,
}: StageFormProps & { readonly children?: ReactNode }) {
  const live = useLiveData();
  const account = text(stage['credentials']);
  const accounts = live.useAccounts();
  const regions = live.useRegions(account || undefined);
  const { clusters, loading } = live.useClusters(application);
  const planned = deployedUpstream(upstream, application);
  const known = [...planned, ...clusters];
  const choose = (name: string | undefined): void => {
    const found = known.find(({ cluster }) => cluster === name);
    const moniker = name && !name.includes('${') ? parseName(name) : null;
    onChange({
      cluster: name,
      moniker: moniker ?? undefined,
      ...(found && !account && found.account ? { credentials: found.account } : {}),
      ...(found && strings(stage['regions']).length === 0 && found.regions.length > 0
        ? { regions: [...found.regions] }
        : {}),
    });
  };
  return (
    <FieldGrid>
      <ChoiceField
        label="Cluster"
        required
        value={stage['cluster']}
        onChange={choose}
        help="Account and region are filled in from it"
        choices={{
          loading,
          options: known.map(({ cluster, account: of, regions: at }) => ({
            value: cluster,
            hint: [
              planned.some((each) => each.cluster === cluster) ? 'deployed by this pipeline' : '',
              of,
              at.join(', '),
            ]
              .filter(Boolean)
              .join(' · '),
          })),
        }}
      />
      {children}
      <ChoiceField
        label="Account"
        required
        value={account}
        choices={accounts}
        onChange={(credentials) => onChange({ credentials })}
      />
      <ChoicesField
        label="Regions"
        required
        value={strings(stage['regions'])}
        choices={regions}
        onChange={(next) => onChange({ regions: next })}
      />
    </FieldGrid>
  );
}

/** Fields that say which server group of which cluster: account, regions, cluster, target; nothing where it is given. */
export function TargetFields({ verb, ...props }: StageFormProps & { readonly verb: string }) {
  if (useGivenTarget()) return null;
  return (
    <ClusterFields {...props}>
      <OptionField
        label={`Server group to ${verb}`}
        value={text(props.stage['target']) || 'current_asg_dynamic'}
        options={TARGETS.map(({ value, label }) => ({ value, label }))}
        help="Found when the stage runs"
        onChange={(target) => props.onChange({ target })}
      />
    </ClusterFields>
  );
}

/** Keys of a new stage that names a cluster. */
export function clusterDefaults(): JsonObject {
  return { cloudProvider: 'gce', cloudProviderType: 'gce', regions: [] };
}

/** Keys of a new stage that names a server group. */
export function targetDefaults(target: string): JsonObject {
  return { ...clusterDefaults(), target };
}

/** What is missing in a stage that names a cluster or a server group of it. */
export function targetProblems(stage: StageConfig): string[] {
  return [
    ...(text(stage['cluster']) ? [] : ['choose a cluster']),
    ...(text(stage['credentials']) ? [] : ['choose an account']),
    ...(strings(stage['regions']).length > 0 || text(stage['region']) || typeof stage['regions'] === 'string'
      ? []
      : ['choose a region']),
  ];
}

/** One line: which server group of which cluster. */
export function targetSummary(stage: StageConfig): string {
  const which = TARGETS.find(({ value }) => value === stage['target'])?.short;
  return text(stage['cluster']) ? `${which ? `${which} of ` : ''}${text(stage['cluster'])}` : '';
}
