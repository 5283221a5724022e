import { Button, Menu } from '@mantine/core';
import {
  FieldGrid,
  NumberField,
  OptionField,
  PairsField,
  SwitchField,
  TextAreaField,
  TextField,
  Wide,
} from '@gennaker/ui/fields';
import { DeployIcon, WebhookIcon } from '@gennaker/ui/icons';
import { Facts, JsonBlock } from '@gennaker/ui/panels';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import { webhookSchema } from './schema.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'].map((value) => ({ value, label: value }));
const RESOLUTIONS = [
  { value: 'getMethod', label: 'The same address, with GET' },
  { value: 'locationHeader', label: "The answer's Location header" },
  { value: 'webhookResponse', label: "A value in the answer's body" },
] as const;

/** The payload as text; it is stored as JSON. Text that is no JSON yet stays here until it is. */
function Payload({ stage, onChange }: Pick<StageFormProps, 'stage' | 'onChange'>) {
  const stored = stage['payload'];
  const [draft, setDraft] = useState(() =>
    stored === undefined ? '' : typeof stored === 'string' ? stored : JSON.stringify(stored, null, 2),
  );
  const [problem, setProblem] = useState<string>();
  return (
    <TextAreaField
      label="Payload"
      help="JSON; expressions are allowed in its texts"
      mono
      value={draft}
      error={problem}
      placeholder={'{ "version": "${trigger.buildInfo.number}" }'}
      onChange={(next = '') => {
        setDraft(next);
        if (next.trim() === '') {
          setProblem(undefined);
          onChange({ payload: undefined });
          return;
        }
        try {
          onChange({ payload: JSON.parse(next) });
          setProblem(undefined);
        } catch (error) {
          setProblem(error instanceof Error ? error.message : String(error));
        }
      }}
    />
  );
}

/** Port that is put behind an instance's address; the load balancer's of the demo, and to be changed in the text. */
const PORT = 8080;

/** Addresses of the instances that earlier deploy stages will start, as expressions. */
function instanceAddresses(upstream: StageFormProps['upstream']): { label: string; url: string }[] {
  return upstream
    .filter(({ type }) => type === 'deploy')
    .flatMap((stage) => {
      const name = text(stage.name) || 'deploy';
      return list(stage['clusters'])
        .map(object)
        .flatMap((cluster, at) => {
          const count = object(cluster['capacity'])['desired'];
          return Array.from({ length: typeof count === 'number' ? Math.min(count, 12) : 1 }, (_, index) => ({
            label: `${name}: instance ${index + 1}`,
            url: `http://\${ #stage('${name.replaceAll("'", "''")}')['outputs']['deployedServerGroups'][${at}]['instances'][${index}]['ip'] }:${PORT}/`,
          }));
        });
    });
}

/** An address as short as it can be told: the expressions of instanceAddresses in words. */
function shortAddress(url: string): string {
  return url
    .replace(
      /\$\{ #stage\('((?:[^']|'')+)'\)\['outputs'\]\['deployedServerGroups'\]\[\d+\]\['instances'\]\[(\d+)\]\['ip'\] \}/,
      (_all, name: string, index: string) => `instance ${Number(index) + 1} of ${name.replaceAll("''", "'")}`,
    )
    .replace(/^https?:\/\//, '');
}

/** Fills in the address of an instance that this pipeline starts: for tests before it gets traffic. */
function InstancePicker({ upstream, onChange }: Pick<StageFormProps, 'upstream' | 'onChange'>) {
  const addresses = instanceAddresses(upstream);
  if (addresses.length === 0) return null;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<DeployIcon size={14} />}>
          Call a new instance
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Instances that this pipeline starts</Menu.Label>
        {addresses.map(({ label, url }) => (
          <Menu.Item key={label} onClick={() => onChange({ url })}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export default defineStageUi({
  type: 'webhook',
  label: 'Webhook',
  description: 'Calls an address and checks its answer; can wait for a status',
  group: 'Verify and decide',
  icon: WebhookIcon,
  schema: webhookSchema,
  producesArtifacts: true,
  defaults: () => ({ method: 'GET', url: '', waitForCompletion: false }),
  summary: (stage) =>
    text(stage['url']) ? `${text(stage['method']) || 'POST'} ${shortAddress(text(stage['url']))}` : '',
  problems: (stage) => [
    ...(text(stage['url']) ? [] : ['give the address to call']),
    ...(stage['waitForCompletion'] === true &&
    stage['statusUrlResolution'] === 'webhookResponse' &&
    !text(stage['statusUrlJsonPath'])
      ? ['say where the answer holds the status address']
      : []),
  ],
  Form: ({ stage, onChange, upstream }) => {
    const method = text(stage['method']) || 'POST';
    const waits = stage['waitForCompletion'] === true;
    const resolution = text(stage['statusUrlResolution']) || 'getMethod';
    return (
      <FieldGrid>
        <Wide>
          <TextField
            label="Address"
            required
            mono
            placeholder="http://…"
            value={stage['url']}
            onChange={(url) => onChange({ url: url ?? '' })}
            help="Private addresses need an entry in egress.allow; expressions are allowed"
          />
          <div style={{ marginTop: 8 }}>
            <InstancePicker upstream={upstream} onChange={onChange} />
          </div>
        </Wide>
        <OptionField label="Method" value={method} options={METHODS} onChange={(next) => onChange({ method: next })} />
        <NumberField
          label="Give up at once on"
          value={Array.isArray(stage['failFastStatusCodes']) ? stage['failFastStatusCodes'][0] : undefined}
          placeholder="No status in particular"
          help="An HTTP status"
          onChange={(code) => onChange({ failFastStatusCodes: code === undefined ? undefined : [code] })}
        />
        {method === 'GET' || method === 'HEAD' ? null : (
          <Wide>
            <Payload stage={stage} onChange={onChange} />
          </Wide>
        )}
        <Wide>
          <PairsField
            label="Headers"
            add="Add header"
            value={object(stage['customHeaders'])}
            onChange={(customHeaders) => onChange({ customHeaders })}
          />
        </Wide>
        <Wide>
          <SwitchField
            label="Wait until it reports success"
            help="Asks a status address again and again"
            value={waits}
            onChange={(on) =>
              onChange({
                waitForCompletion: on,
                ...(on && !stage['statusUrlResolution'] ? { statusUrlResolution: 'getMethod' } : {}),
              })
            }
          />
        </Wide>
        {waits ? (
          <>
            <OptionField
              label="Where to ask"
              value={resolution}
              options={RESOLUTIONS}
              onChange={(next) => onChange({ statusUrlResolution: next })}
            />
            {resolution === 'webhookResponse' ? (
              <TextField
                label="Path of the status address"
                mono
                placeholder="$.links.status"
                value={stage['statusUrlJsonPath']}
                onChange={(statusUrlJsonPath) => onChange({ statusUrlJsonPath })}
              />
            ) : null}
            <TextField
              label="Path of the status"
              mono
              placeholder="$.status"
              help="Empty: an HTTP status of 2xx is success"
              value={stage['statusJsonPath']}
              onChange={(statusJsonPath) => onChange({ statusJsonPath })}
            />
            <TextField
              label="Means success"
              placeholder="SUCCESS, DONE"
              value={stage['successStatuses']}
              onChange={(successStatuses) => onChange({ successStatuses })}
            />
            <TextField
              label="Means canceled"
              value={stage['canceledStatuses']}
              onChange={(canceledStatuses) => onChange({ canceledStatuses })}
            />
            <TextField
              label="Means failed"
              placeholder="FAILED, ERROR"
              value={stage['terminalStatuses']}
              onChange={(terminalStatuses) => onChange({ terminalStatuses })}
            />
            <TextField
              label="Path of the progress"
              mono
              placeholder="$.progress"
              value={stage['progressJsonPath']}
              onChange={(progressJsonPath) => onChange({ progressJsonPath })}
            />
            <NumberField
              label="Wait before the first question"
              suffix=" s"
              value={Number(text(stage['waitBeforeMonitor'])) || ''}
              onChange={(seconds) => onChange({ waitBeforeMonitor: seconds })}
            />
          </>
        ) : null}
      </FieldGrid>
    );
  },
  Details: ({ stage }) => {
    const webhook = { ...object(stage.context['webhook']), ...object(stage.outputs['webhook']) };
    const monitor = object(webhook['monitor']);
    return (
      <>
        <Facts
          of={[
            [
              'Call',
              <span
                key="call"
                className="gk-mono"
              >{`${text(stage.context['method']) || 'POST'} ${text(stage.context['url'])}`}</span>,
            ],
            ['Answer', text(webhook['statusCodeValue']) || text(webhook['statusCode'])],
            ['Error', text(webhook['error'])],
            ['Status address', text(webhook['statusEndpoint'])],
            [
              'Progress',
              text(monitor['progressMessage']) ||
                (monitor['percentComplete'] === undefined ? undefined : `${text(monitor['percentComplete'])} %`),
            ],
          ]}
        />
        {webhook['body'] !== undefined ? <JsonBlock value={webhook['body']} label="Body of the answer" /> : null}
      </>
    );
  },
});
