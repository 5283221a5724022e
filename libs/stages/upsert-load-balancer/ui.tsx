import { ChoiceField, FieldGrid, NumberField, OptionField, TextField, Wide } from '@gennaker/ui/fields';
import { useGivenTarget } from '@gennaker/ui/given-target';
import { LoadBalancersIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { Facts } from '@gennaker/ui/panels';
import { AccountField, placeDefaults, placeProblems, RegionField } from '@gennaker/ui/place-fields';
import type { JsonObject, StageConfig, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import { upsertLoadBalancerStageSchema } from './schema.ts';
import { routeProblems, RoutesField } from './ui-routes.tsx';

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
  { value: 'GENERATED_COOKIE', label: 'By a cookie' },
] as const;

const several = (stage: StageConfig): readonly unknown[] => list(stage['loadBalancers']);
const typeOf = (stage: StageConfig): string => text(stage['loadBalancerType']) || 'TCP';
/** It reads requests: hosts and paths decide which backend service answers. */
const isHttp = (type: string): boolean => type === 'HTTP' || type === 'INTERNAL_MANAGED';
/** It belongs to no region. */
const isGlobal = (type: string): boolean => type === 'HTTP' || type === 'SSL';

/** By what a load balancer of a type can keep the requests of one client together. */
function affinitiesOf(type: string): readonly (typeof AFFINITIES)[number][] {
  if (isHttp(type)) return AFFINITIES.filter(({ value }) => !value.endsWith('PROTO'));
  const passes = type !== 'SSL';
  return AFFINITIES.filter(({ value }) => value !== 'GENERATED_COOKIE' && (passes || !value.endsWith('PROTO')));
}

/** Keys that belong to the backend service: at the top, or in `defaultService` where there may be several services. */
const SERVICE_KEYS = ['healthCheck', 'sessionAffinity', 'connectionDrainingTimeoutSec'] as const;

/** What changes with the type: the place of the backend service's keys, and what only some types have. */
function typePatch(stage: StageConfig, type: string): JsonObject {
  const from = isHttp(typeOf(stage)) ? object(stage['defaultService']) : stage;
  const service = Object.fromEntries(SERVICE_KEYS.map((key) => [key, from[key]]));
  const none = Object.fromEntries(SERVICE_KEYS.map((key) => [key, undefined]));
  const asked = { ...service, sessionAffinity: 'NONE' };
  return {
    loadBalancerType: type,
    ...(isHttp(type)
      ? { ...none, defaultService: asked }
      : { ...asked, defaultService: undefined, hostRules: undefined }),
    ...(isHttp(type) || type === 'SSL' ? {} : { certificate: undefined }),
    ...(isGlobal(type) ? { region: 'global' } : stage['region'] === 'global' ? { region: undefined } : {}),
  };
}

/** How a backend service treats its instances and its clients. */
function ServiceFields({
  type,
  service,
  onChange,
}: {
  readonly type: string;
  readonly service: JsonObject;
  readonly onChange: (patch: JsonObject) => void;
}) {
  const check = object(service['healthCheck']);
  return (
    <>
      <OptionField
        label="Session affinity"
        value={text(service['sessionAffinity']) || 'NONE'}
        options={affinitiesOf(type)}
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
        placeholder={isHttp(type) ? '80' : "The load balancer's"}
        value={check['port']}
        onChange={(port) => onChange({ healthCheck: { ...check, port } })}
      />
      {type === 'NETWORK' ? null : (
        <NumberField
          label="Draining"
          suffix=" s"
          help="How long open connections are served when a server group is taken away"
          value={service['connectionDrainingTimeoutSec']}
          onChange={(connectionDrainingTimeoutSec) => onChange({ connectionDrainingTimeoutSec })}
        />
      )}
    </>
  );
}

/** What only load balancers have that read requests. */
function HttpFields({ stage, onChange }: Pick<StageFormProps, 'stage' | 'onChange'>) {
  const account = text(stage['credentials']) || undefined;
  const services = useLiveData().useBackendServices(account);
  const service = object(stage['defaultService']);
  const [first] = useState(service);
  const setService = (patch: JsonObject): void => onChange({ defaultService: { ...service, ...patch } });
  const exists = (name: unknown): boolean => services.options.some(({ value }) => value === name);
  // A name alone is a service that exists, as it is: the settings on show are those of the one before.
  const choose = (name: string | undefined): void => {
    const { name: _check, ...healthCheck } = object(service['healthCheck']);
    onChange({
      defaultService:
        name === first['name']
          ? first
          : exists(name)
            ? { name }
            : { ...service, name, ...(service['healthCheck'] === undefined ? {} : { healthCheck }) },
    });
  };
  const other = service['name'] !== first['name'] && exists(service['name']);
  return (
    <>
      <ChoiceField
        label="Default backend service"
        placeholder="Named after the load balancer"
        help={other ? 'It keeps its health check, affinity and draining' : 'Answers what no rule below names'}
        value={service['name']}
        choices={services}
        onChange={choose}
      />
      {other ? null : <ServiceFields type={typeOf(stage)} service={service} onChange={setService} />}
      <Wide>
        <h4 className="gk-section-title">Hosts and paths</h4>
        <RoutesField
          rules={list(stage['hostRules'])}
          services={services}
          onChange={(hostRules) => onChange({ hostRules })}
        />
      </Wide>
    </>
  );
}

function Form({ stage, onChange }: StageFormProps) {
  const given = useGivenTarget();
  const type = typeOf(stage);
  const certificates = useLiveData().useCertificates(text(stage['credentials']) || undefined);
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
        <>
          <TextField
            label="Name"
            required
            help="Lower-case letters, digits and hyphens"
            value={stage['loadBalancerName']}
            onChange={(loadBalancerName) => onChange({ loadBalancerName: loadBalancerName ?? '' })}
          />
          <OptionField
            label="Type"
            value={type}
            options={TYPES}
            onChange={(next) => onChange(typePatch(stage, next))}
          />
        </>
      )}
      <AccountField stage={stage} onChange={onChange} />
      {isGlobal(type) ? null : (
        <RegionField
          stage={stage}
          onChange={onChange}
          {...(type === 'TCP' ? { help: 'global: a proxy for the whole world' } : {})}
        />
      )}
      <TextField
        label="Port"
        required
        value={stage['portRange']}
        onChange={(portRange) => onChange({ portRange: portRange ?? '' })}
      />
      {isHttp(type) || type === 'SSL' ? (
        <ChoiceField
          label="Certificate"
          required={type === 'SSL'}
          {...(type === 'SSL' ? {} : { placeholder: 'None: plain HTTP' })}
          value={stage['certificate']}
          choices={certificates}
          onChange={(certificate) => onChange({ certificate })}
        />
      ) : null}
      {isHttp(type) ? (
        <HttpFields stage={stage} onChange={onChange} />
      ) : (
        <ServiceFields type={type} service={stage} onChange={onChange} />
      )}
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
      : [
          ...(text(stage['loadBalancerName']) ? [] : ['name the load balancer']),
          ...placeProblems(stage),
          ...(typeOf(stage) !== 'SSL' || text(stage['certificate']) ? [] : ['choose a certificate']),
          ...routeProblems(list(stage['hostRules'])),
        ],
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
