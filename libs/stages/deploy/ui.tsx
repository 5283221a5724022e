import { ActionIcon, Button } from '@mantine/core';
import { clusterName, nameProblems, serverGroupName } from '@gennaker/contracts/moniker';
import { ChoiceField, ChoicesField, FieldGrid, SegmentField, Wide } from '@gennaker/ui/fields';
import { CloseIcon, DeployIcon, PlusIcon } from '@gennaker/ui/icons';
import { LaunchFields, StorageFields } from '@gennaker/ui/launch-fields';
import { useLiveData } from '@gennaker/ui/live-data';
import { NameAndImageFields, TrafficFields } from '@gennaker/ui/new-server-group-fields';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { Facts } from '@gennaker/ui/panels';
import { PolicyFields } from '@gennaker/ui/policy-fields';
import { scheduleProblems } from '@gennaker/ui/schedules-field';
import type { JsonObject, StageConfig, StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, strings, text } from '@gennaker/ui/stage-ui';
import { StrategyLab } from '@gennaker/ui/strategy-lab';
import { serverGroupsOf } from '@gennaker/ui/target-details';
import { useState } from 'react';
import { deployStageSchema } from './schema.ts';

/** A new cluster's keys, as Spinnaker writes them. */
function newCluster(application: string): JsonObject {
  return {
    application,
    cloudProvider: 'gce',
    provider: 'gce',
    stack: '',
    freeFormDetails: '',
    regional: true,
    capacity: { min: 1, max: 1, desired: 1 },
    loadBalancers: [],
    strategy: '',
    disableTraffic: false,
  };
}

function clustersOf(stage: StageConfig): JsonObject[] {
  return list(stage['clusters']).map(object);
}
function nameOf(cluster: JsonObject, application: string): string {
  return clusterName(
    text(cluster['application']) || application,
    text(cluster['stack']),
    text(cluster['freeFormDetails']),
  );
}
/** A value that is decided when the stage runs. */
function later(value: unknown): boolean {
  return text(value).includes('${');
}

/** Sentences about what a cluster lacks. */
function clusterProblems(cluster: JsonObject, application: string): string[] {
  const name =
    later(cluster['stack']) || later(cluster['freeFormDetails'])
      ? []
      : nameProblems(application, text(cluster['stack']), text(cluster['freeFormDetails']), true);
  const capacity = object(cluster['capacity']);
  const [min, max, desired] = ['min', 'max', 'desired'].map((key) => capacity[key]);
  const sizes = typeof min === 'number' && typeof max === 'number' && typeof desired === 'number';
  return [
    ...(text(cluster['account']) ? [] : ['choose an account']),
    ...(text(cluster['region']) ? [] : ['choose a region']),
    ...name,
    ...(cluster['autoHealingPolicy'] !== undefined && !text(object(cluster['autoHealingPolicy'])['healthCheck'])
      ? ['name the health check of the autohealing']
      : []),
    ...scheduleProblems(object(object(cluster['autoscalingPolicy'])['scalingSchedules'])),
    ...(sizes && (desired < min || desired > max) ? ['the number of instances lies outside its limits'] : []),
  ];
}

/** What is taken away, written empty: so Spinnaker keeps stack and detail. */
function emptied(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).map(([key, value]) => [key, value ?? '']));
}

/** What few clusters say otherwise than their cloud. */
const MORE_KEYS = [
  'tags',
  'subnet',
  'serviceAccountEmail',
  'labels',
  'instanceMetadata',
  'disks',
  'autoscalingPolicy',
  'autoHealingPolicy',
] as const;

/** Fields of `MORE_KEYS`: shown where one of them is said, and on request. */
function MoreFields({
  cluster,
  onChange,
}: {
  readonly cluster: JsonObject;
  readonly onChange: (patch: JsonObject) => void;
}) {
  const [open, setOpen] = useState(() => MORE_KEYS.some((key) => cluster[key] !== undefined));
  if (!open)
    return (
      <Wide>
        <Button size="compact-sm" variant="default" leftSection={<PlusIcon size={14} />} onClick={() => setOpen(true)}>
          Tags, labels, disks, policies
        </Button>
      </Wide>
    );
  return (
    <>
      <LaunchFields group={cluster} onChange={onChange} otherwise="The cloud's default" />
      <StorageFields group={cluster} onChange={onChange} />
      <Wide>
        <PolicyFields group={cluster} onChange={onChange} bounded />
      </Wide>
    </>
  );
}

function Cluster({
  cluster,
  application,
  brought,
  onChange,
}: {
  readonly cluster: JsonObject;
  readonly application: string;
  /** Stages before may bring the image. */
  readonly brought: boolean;
  readonly onChange: (patch: JsonObject) => void;
}) {
  const live = useLiveData();
  const account = text(cluster['account']) || undefined;
  const region = text(cluster['region']) || undefined;
  const capacity = object(cluster['capacity']);
  const scaled = cluster['autoscalingPolicy'] !== undefined;
  const bound = (label: string, key: 'min' | 'max' | 'desired') => (
    <NumberOrExpressionField
      label={label}
      required
      value={capacity[key]}
      onChange={(count) => onChange({ capacity: { ...capacity, [key]: count } })}
    />
  );
  const policy = object(cluster['distributionPolicy']);
  return (
    <FieldGrid>
      <ChoiceField
        label="Account"
        required
        value={account}
        choices={live.useAccounts('gce')}
        onChange={(next) => onChange({ account: next, credentials: undefined })}
      />
      <ChoiceField
        label="Region"
        required
        value={region}
        choices={live.useRegions(account)}
        onChange={(next) => onChange({ region: next, distributionPolicy: undefined, loadBalancers: [] })}
      />
      <ChoicesField
        label="Zones"
        placeholder="All of the region"
        value={strings(policy['zones'])}
        choices={live.useZones(account, region)}
        onChange={(zones) =>
          onChange({
            regional: true,
            selectZones: zones.length > 0 || undefined,
            distributionPolicy: zones.length > 0 ? { ...policy, zones } : undefined,
          })
        }
      />
      <NameAndImageFields
        group={cluster}
        onChange={(patch) => onChange('image' in patch ? patch : emptied(patch))}
        account={account}
        otherwise={{ stack: 'prod', detail: '', image: brought ? 'Of the stages before' : 'Choose one' }}
      />
      {scaled ? (
        <>
          {bound('At least', 'min')}
          {bound('At most', 'max')}
          {bound('Instances at first', 'desired')}
        </>
      ) : (
        <NumberOrExpressionField
          label="Instances"
          required
          value={capacity['desired']}
          onChange={(count) => onChange({ capacity: { ...capacity, min: count, max: count, desired: count } })}
          help="Spread evenly over the zones"
        />
      )}
      <ChoiceField
        label="Instance type"
        placeholder="The cloud's default"
        value={cluster['instanceType']}
        choices={live.useInstanceTypes(account)}
        onChange={(instanceType) => onChange({ instanceType })}
      />
      <ChoiceField
        label="Network"
        placeholder="default"
        value={cluster['network']}
        choices={live.useNetworks(account)}
        onChange={(network) => onChange({ network })}
      />
      <MoreFields cluster={cluster} onChange={onChange} />
      <TrafficFields group={cluster} onChange={onChange} account={account} region={region} placeholder="None" />
      {cluster['disableTraffic'] === true ? null : (
        <Wide>
          <StrategyLab cluster={cluster} application={application} />
        </Wide>
      )}
    </FieldGrid>
  );
}

function Form({ stage, onChange, application, upstream }: StageFormProps) {
  const baked = upstream.some(({ type }) => type === 'bake');
  const clusters = clustersOf(stage);
  const write = (next: readonly JsonObject[]): void => onChange({ clusters: [...next] });
  return (
    <div className="gk-rows">
      {clusters.map((cluster, index) => {
        const name = nameOf(cluster, application);
        return (
          <div key={index} className="gk-group">
            <div className="gk-row" style={{ justifyContent: 'space-between', marginBottom: 12 }}>
              <div>
                <h4 className="gk-section-title" style={{ margin: 0 }}>
                  Cluster <span className="gk-mono">{name}</span>
                </h4>
                <span className="gk-muted" style={{ fontSize: 12.5 }}>
                  The next server group is called{' '}
                  <span className="gk-mono">{serverGroupName(name, 0).replace(/\d+$/, 'NNN')}</span>
                  {baked && !text(cluster['image']) ? '; its image comes from the bake before' : ''}
                </span>
              </div>
              {clusters.length > 1 ? (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove the cluster ${name}`}
                  onClick={() => write(clusters.filter((_, at) => at !== index))}
                >
                  <CloseIcon size={15} />
                </ActionIcon>
              ) : null}
            </div>
            <Cluster
              cluster={cluster}
              application={text(cluster['application']) || application}
              brought={upstream.length > 0}
              onChange={(patch) =>
                write(
                  clusters.map((was, at) =>
                    at === index
                      ? Object.fromEntries(
                          Object.entries({ ...was, ...patch }).filter(([, value]) => value !== undefined),
                        )
                      : was,
                  ),
                )
              }
            />
          </div>
        );
      })}
      {clusters.length > 1 ? (
        <SegmentField
          label="When one of them fails"
          value={text(stage['onRegionFailure']) || 'keep'}
          options={[
            { value: 'keep', label: 'The others stay' },
            { value: 'rollbackAll', label: 'All are taken back' },
          ]}
          help="The others go on to their ends first; the stage fails in any case"
          onChange={(onRegionFailure) => onChange({ onRegionFailure })}
        />
      ) : null}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<PlusIcon size={14} />}
          onClick={() => write([...clusters, newCluster(application)])}
        >
          {clusters.length === 0 ? 'Add cluster' : 'Add another cluster'}
        </Button>
      </div>
    </div>
  );
}

function Details(props: StageDetailsProps) {
  const groups = serverGroupsOf(props);
  return (
    <>
      {clustersOf({ ...props.stage.context, type: 'deploy' }).map((cluster, index) => {
        const capacity = object(cluster['capacity']);
        return (
          <Facts
            key={index}
            of={[
              [
                'Cluster',
                <span key="name" className="gk-mono">
                  {nameOf(cluster, props.execution.application)}
                </span>,
              ],
              ['Server group', groups.length > 0 ? <span className="gk-mono">{groups.join(', ')}</span> : undefined],
              ['Where', [text(cluster['account']), text(cluster['region'])].filter(Boolean).join(' · ')],
              ['Instances', text(capacity['desired'])],
              ['Load balancers', strings(cluster['loadBalancers']).join(', ')],
              ['Traffic', cluster['disableTraffic'] === true ? 'Off until it is enabled' : 'On when healthy'],
              ['Strategy', text(cluster['strategy']) || 'none'],
            ]}
          />
        );
      })}
    </>
  );
}

export default defineStageUi({
  type: 'deploy',
  label: 'Deploy',
  description: 'Starts a new server group from an image',
  group: 'Build and deploy',
  icon: DeployIcon,
  schema: deployStageSchema,
  defaults: (application) => ({ clusters: [newCluster(application)] }),
  summary: (stage) => {
    const [first, ...more] = clustersOf(stage);
    if (!first) return '';
    const name = nameOf(first, text(first['application']));
    return `${name}${more.length > 0 ? ` and ${more.length} more` : ''}${first['disableTraffic'] === true ? ', dark' : ''}`;
  },
  problems: (stage, application) => {
    const clusters = clustersOf(stage);
    return clusters.length === 0
      ? ['add a cluster']
      : clusters.flatMap((cluster) => clusterProblems(cluster, application));
  },
  Form,
  Details,
});
