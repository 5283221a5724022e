import { FieldGrid, OptionField, PairsField, SegmentField, TextField, Wide } from '@gennaker/ui/fields';
import type { StrategyFormProps } from '@gennaker/ui/stage-ui';
import { defineStrategyUi, object, text } from '@gennaker/ui/stage-ui';
import {
  KeptServerGroupsField,
  PipelineFields,
  ScaleDownFields,
  WaitBeforeDisableField,
} from '@gennaker/ui/strategy-fields';
import { redblackSchema } from './schema.ts';

/** Who may look at the new server group, and what is stored first for each. */
const LOOKS = {
  nobody: { label: 'Nobody', first: undefined },
  pipeline: { label: 'A pipeline', first: { pipelineId: '' } },
  webhook: { label: 'A webhook', first: { url: '', method: 'POST' } },
} as const;
const METHODS = ['POST', 'GET', 'PUT'].map((value) => ({ value, label: value }));
const KEYS = {
  application: 'application',
  pipeline: 'pipelineId',
  help: 'Its id, or its name. It is told the server group; its failure ends the deploy',
} as const;

/** A look at the new server group while it gets no traffic yet. */
function Verify({ cluster, onChange, problem }: StrategyFormProps) {
  const verify = object(cluster['verify']);
  const look = 'url' in verify ? 'webhook' : 'pipelineId' in verify ? 'pipeline' : 'nobody';
  const set = (patch: Record<string, unknown>): void =>
    onChange({
      verify: Object.fromEntries(Object.entries({ ...verify, ...patch }).filter(([, value]) => value !== undefined)),
    });
  return (
    <>
      <Wide>
        <SegmentField
          label="Looks at the new one before it gets traffic"
          value={look}
          options={Object.entries(LOOKS).map(([value, { label }]) => ({ value, label }))}
          onChange={(next) => {
            const chosen = Object.entries(LOOKS).find(([value]) => value === next)?.[1];
            if (chosen && next !== look) onChange({ verify: chosen.first && { ...chosen.first } });
          }}
        />
      </Wide>
      {look === 'pipeline' ? (
        <PipelineFields
          value={verify}
          keys={KEYS}
          onChange={(patch) => set('pipelineId' in patch ? { pipelineId: text(patch['pipelineId']) } : patch)}
          problem={(field) => problem(`verify.${field}`)}
        />
      ) : null}
      {look === 'webhook' ? (
        <>
          <TextField
            label="Address"
            required
            placeholder="https://checks.example.com/verify"
            help="It is told the server group; an answer that is no success ends the deploy"
            value={verify['url']}
            error={problem('verify.url')}
            onChange={(url = '') => set({ url })}
          />
          <OptionField
            label="Method"
            value={text(verify['method']) || 'POST'}
            options={METHODS}
            onChange={(method) => set({ method })}
          />
          <Wide>
            <PairsField
              label="Headers"
              add="Add header"
              value={object(verify['customHeaders'])}
              onChange={(customHeaders) => set({ customHeaders })}
            />
          </Wide>
        </>
      ) : null}
    </>
  );
}

export default defineStrategyUi({
  type: 'redblack',
  label: 'Red/black: replace the old one',
  description: 'Once the new server group is healthy, the old ones lose their traffic and stay as a way back',
  schema: redblackSchema,
  Form: (props) => (
    <FieldGrid>
      <Verify {...props} />
      <KeptServerGroupsField {...props} />
      <WaitBeforeDisableField {...props} own="delayBeforeDisableSec" label="Wait before the old one is disabled" />
      <ScaleDownFields {...props} />
    </FieldGrid>
  ),
});
