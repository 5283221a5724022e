import { FieldGrid, NumberField, OptionField, TextField } from '@gennaker/ui/fields';
import { useGivenTarget } from '@gennaker/ui/given-target';
import { LoadBalancersIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { AccountField, placeDefaults, placeProblems, RegionField } from '@gennaker/ui/place-fields';
import type { StageConfig, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { upsertLoadBalancerStageSchema } from './schema.ts';

const TYPES = [
  { value: 'TCP', label: 'TCP: passes connections on' },
  { value: 'NETWORK', label: 'Network: a target pool, TCP or UDP' },
  { value: 'INTERNAL', label: 'Internal TCP or UDP' },
  { value: 'HTTP', label: 'HTTP(S)' },
  { value: 'INTERNAL_MANAGED', label: 'Internal HTTP(S)' },
  { value: 'SSL', label: 'SSL proxy' },
] as const;
const AFFINITIES = [
  { value: 'NONE', label: 'None: any instance' },
  { value: 'CLIENT_IP', label: "By the client's address" },
  { value: 'CLIENT_IP_PROTO', label: "By the client's address and protocol" },
  { value: 'CLIENT_IP_PORT_PROTO', label: "By the client's address, port and protocol" },
] as const;

const several = (stage: StageConfig): readonly unknown[] => list(stage['loadBalancers']);

function Form({ stage, onChange }: StageFormProps) {
  const given = useGivenTarget();
  const check = object(stage['healthCheck']);
  if (several(stage).length > 0)
    return (
      <p className="gk-muted">
        This stage describes {several(stage).length} load balancers in its JSON; edit them there, or use a stage for
        each.
      </p>
    );
  return (
    <FieldGrid>
      {given ? null : (
        <TextField
          label="Name"
          required
          help="Lower-case letters, digits and hyphens"
          value={stage['loadBalancerName']}
          onChange={(loadBalancerName) => onChange({ loadBalancerName: loadBalancerName ?? '' })}
        />
      )}
      {given ? null : (
        <OptionField
          label="Type"
          value={text(stage['loadBalancerType']) || 'TCP'}
          options={TYPES}
          onChange={(loadBalancerType) => onChange({ loadBalancerType })}
        />
      )}
      <AccountField stage={stage} onChange={onChange} />
      <RegionField stage={stage} onChange={onChange} help="global for HTTP(S) and for proxies of the whole world" />
      <TextField
        label="Port"
        required
        value={stage['portRange']}
        onChange={(portRange) => onChange({ portRange: portRange ?? '' })}
      />
      <OptionField
        label="Session affinity"
        value={text(stage['sessionAffinity']) || 'NONE'}
        options={AFFINITIES}
        onChange={(sessionAffinity) => onChange({ sessionAffinity })}
      />
      <TextField
        label="Health check path"
        placeholder="/"
        value={check['requestPath']}
        onChange={(requestPath) => onChange({ healthCheck: { ...check, requestPath } })}
      />
      <NumberField
        label="Health check port"
        min={1}
        max={65_535}
        placeholder="The load balancer's"
        value={check['port']}
        onChange={(port) => onChange({ healthCheck: { ...check, port } })}
      />
      <NumberField
        label="Draining"
        suffix=" s"
        help="How long open connections are served when a server group is taken away"
        value={stage['connectionDrainingTimeoutSec']}
        onChange={(seconds) => onChange({ connectionDrainingTimeoutSec: seconds })}
      />
    </FieldGrid>
  );
}

export default defineStageUi({
  type: 'upsertLoadBalancer',
  label: 'Create or change load balancer',
  description: 'Makes a load balancer, or changes it to what is described',
  group: 'Network',
  icon: LoadBalancersIcon,
  schema: upsertLoadBalancerStageSchema,
  defaults: () => ({
    ...placeDefaults(),
    loadBalancerName: '',
    loadBalancerType: 'TCP',
    portRange: '8080',
    sessionAffinity: 'NONE',
    healthCheck: { requestPath: '/' },
  }),
  summary: (stage) => text(stage['loadBalancerName']),
  problems: (stage) =>
    several(stage).length > 0
      ? []
      : [...(text(stage['loadBalancerName']) ? [] : ['name the load balancer']), ...placeProblems(stage)],
  Form,
  Details: ({ stage }) => (
    <Facts
      of={[
        [
          'Load balancers',
          list(stage.outputs['targets'])
            .map((one) => text(object(one)['name']))
            .join(', ') || text(stage.context['loadBalancerName']),
        ],
        ['Type', text(stage.context['loadBalancerType'])],
        ['Where', [text(stage.context['credentials']), text(stage.context['region'])].filter(Boolean).join(' · ')],
      ]}
    />
  ),
});
