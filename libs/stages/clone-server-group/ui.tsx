import { clusterName, parseName } from '@gennaker/contracts/moniker';
import { ChoiceField, ChoicesField, FieldGrid, OptionField, SwitchField } from '@gennaker/ui/fields';
import { useGivenTarget } from '@gennaker/ui/given-target';
import { CopyIcon } from '@gennaker/ui/icons';
import { LaunchFields } from '@gennaker/ui/launch-fields';
import { useLiveData } from '@gennaker/ui/live-data';
import { NameAndImageFields, TrafficFields } from '@gennaker/ui/new-server-group-fields';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { Facts } from '@gennaker/ui/panels';
import { AccountField, placeDefaults, placeProblems, RegionField } from '@gennaker/ui/place-fields';
import type { StageConfig, StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, isOn, list, object, strings, text } from '@gennaker/ui/stage-ui';
import { serverGroupsOf } from '@gennaker/ui/target-details';
import { deployedUpstream, TARGETS, targetWords } from '@gennaker/ui/target-fields';
import { cloneServerGroupSchema } from './schema.ts';

const clusterOf = (stage: StageConfig): string => text(stage['cluster']) || text(stage['targetCluster']);

/** The cluster that the clone goes to: its source's, with what is named otherwise. */
function destination(stage: StageConfig): string {
  const from = parseName(clusterOf(stage));
  if (!from || clusterOf(stage).includes('${')) return '';
  return clusterName(
    text(stage['application']) || from.app,
    text(stage['stack']) || from.stack,
    text(stage['freeFormDetails']) || from.detail,
  );
}

/** What is cloned. */
function Source({ stage, onChange, application, upstream }: StageFormProps) {
  const { clusters, loading } = useLiveData().useClusters(application);
  const known = [...deployedUpstream(upstream, application), ...clusters];
  return (
    <>
      <ChoiceField
        label="Cluster"
        required
        value={clusterOf(stage)}
        choices={{
          loading,
          options: known.map(({ cluster, account, regions }) => ({
            value: cluster,
            hint: [account, regions.join(', ')].filter(Boolean).join(' · '),
          })),
        }}
        onChange={(cluster) => {
          const found = known.find((one) => one.cluster === cluster);
          onChange({
            cluster,
            targetCluster: undefined,
            ...(found && !text(stage['credentials']) ? { credentials: found.account } : {}),
            ...(found?.regions[0] && !text(stage['region']) ? { region: found.regions[0] } : {}),
          });
        }}
      />
      <OptionField
        label="Server group to clone"
        value={text(stage['target']) || 'current_asg_dynamic'}
        options={TARGETS.map(({ value, label }) => ({ value, label }))}
        help="Found when the stage runs"
        onChange={(target) => onChange({ target })}
      />
      <AccountField stage={stage} onChange={onChange} />
      <RegionField stage={stage} onChange={onChange} />
    </>
  );
}

/** What the clone has otherwise. */
function Differences({ stage, onChange }: Pick<StageFormProps, 'stage' | 'onChange'>) {
  const live = useLiveData();
  const given = useGivenTarget();
  const account = text(stage['credentials']) || undefined;
  const region = text(stage['region']) || undefined;
  const capacity = object(stage['capacity']);
  const policy = object(stage['distributionPolicy']);
  const regions = live.useRegions(account);
  return (
    <>
      {given ? (
        <ChoiceField
          label="Region"
          placeholder="The source's"
          value={region}
          choices={regions}
          // Zones and load balancers are those of a region.
          onChange={(next) => onChange({ region: next, distributionPolicy: undefined, loadBalancers: undefined })}
        />
      ) : null}
      <ChoicesField
        label="Zones"
        placeholder="As the source"
        value={strings(policy['zones'])}
        choices={live.useZones(account, region)}
        onChange={(zones) =>
          onChange(
            zones.length > 0
              ? { selectZones: true, distributionPolicy: { ...policy, zones } }
              : { selectZones: undefined, distributionPolicy: undefined },
          )
        }
      />
      <ChoiceField
        label="Instance type"
        placeholder="The source's"
        value={stage['instanceType']}
        choices={live.useInstanceTypes(account)}
        onChange={(instanceType) => onChange({ instanceType })}
      />
      <NameAndImageFields
        group={stage}
        onChange={onChange}
        account={account}
        otherwise={{ stack: "The source's", detail: "The source's", image: "The source's" }}
      />
      <SwitchField
        label="As many instances as the source has"
        value={isOn(stage['useSourceCapacity'])}
        onChange={(on) => onChange({ useSourceCapacity: on, ...(on ? { capacity: undefined } : {}) })}
      />
      {isOn(stage['useSourceCapacity']) ? null : (
        <NumberOrExpressionField
          label="Instances"
          value={capacity['desired']}
          onChange={(count) =>
            onChange({
              capacity: count === undefined ? undefined : { ...capacity, min: count, max: count, desired: count },
            })
          }
        />
      )}
      <LaunchFields group={stage} onChange={onChange} otherwise="The source's" />
      <TrafficFields
        group={stage}
        onChange={({ loadBalancers, ...patch }) =>
          // None chosen: those of the source.
          onChange(
            loadBalancers === undefined
              ? patch
              : { ...patch, loadBalancers: list(loadBalancers).length > 0 ? loadBalancers : undefined },
          )
        }
        account={account}
        region={region}
        placeholder="The source's"
      />
    </>
  );
}

function Form(props: StageFormProps) {
  const to = destination(props.stage);
  const given = useGivenTarget();
  return (
    <div className="gk-rows">
      {given ? null : (
        <FieldGrid>
          <Source {...props} />
        </FieldGrid>
      )}
      <h4 className="gk-section-title">
        What the clone has otherwise
        {to ? <span className="gk-muted">It goes to {to}</span> : null}
      </h4>
      <FieldGrid>
        <Differences stage={props.stage} onChange={props.onChange} />
      </FieldGrid>
    </div>
  );
}

function Details(props: StageDetailsProps) {
  const { context } = props.stage;
  const groups = serverGroupsOf(props);
  return (
    <Facts
      of={[
        ['Source', text(object(context['source'])['serverGroupName']) || targetWords(context['target'])],
        ['Server group', groups.length > 0 ? <span className="gk-mono">{groups.join(', ')}</span> : undefined],
        ['Where', [text(context['credentials']), text(context['region'])].filter(Boolean).join(' · ')],
        ['Image', text(context['image'])],
        ['Strategy', text(context['strategy']) || 'none'],
      ]}
    />
  );
}

export default defineStageUi({
  type: 'cloneServerGroup',
  label: 'Clone server group',
  description: 'Makes a server group like another one, with what is described otherwise',
  group: 'Build and deploy',
  icon: CopyIcon,
  schema: cloneServerGroupSchema,
  defaults: () => ({
    ...placeDefaults(),
    target: 'current_asg_dynamic',
    useSourceCapacity: true,
    strategy: '',
    disableTraffic: false,
  }),
  summary: (stage) => {
    const to = destination(stage);
    return to && to !== clusterOf(stage) ? `${clusterOf(stage)} to ${to}` : clusterOf(stage);
  },
  problems: (stage) => [...(clusterOf(stage) ? [] : ['choose a cluster']), ...placeProblems(stage)],
  Form,
  Details,
});
