import { ActionIcon, Button } from '@mantine/core';
import { ChoiceField, ChoicesField, FieldGrid, OptionField, SwitchField, TextField, Wide } from '@gennaker/ui/fields';
import { CloseIcon, PlusIcon, PreconditionsIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import type { JsonObject, StageConfig, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, strings, text } from '@gennaker/ui/stage-ui';
import { checkPreconditionsSchema } from './schema.ts';

const KINDS = [
  { value: 'expression', label: 'An expression is true' },
  { value: 'clusterSize', label: 'A cluster has so many server groups' },
  { value: 'stageStatus', label: 'A stage has ended so' },
] as const;
const COMPARISONS = ['==', '<', '<=', '>', '>='].map((value) => ({ value, label: value }));
const STATUSES = ['SUCCEEDED', 'FAILED_CONTINUE', 'TERMINAL', 'STOPPED', 'SKIPPED', 'CANCELED', 'RUNNING'].map(
  (value) => ({ value, label: value }),
);

function preconditionsOf(stage: StageConfig): JsonObject[] {
  return list(stage['preconditions']).map(object);
}
function words(precondition: JsonObject): string {
  const context = object(precondition['context']);
  if (precondition['type'] === 'expression') return text(context['expression']);
  if (precondition['type'] === 'clusterSize')
    return `${text(context['cluster'])} ${text(context['comparison'])} ${text(context['expected'])}`;
  return `${text(context['stageName'])} is ${text(context['stageStatus'])}`;
}

function Precondition({
  value,
  onChange,
  application,
  upstream,
}: { readonly value: JsonObject; readonly onChange: (next: JsonObject) => void } & Pick<
  StageFormProps,
  'application' | 'upstream'
>) {
  const live = useLiveData();
  const context = object(value['context']);
  const accounts = live.useAccounts();
  const regions = live.useRegions(text(context['credentials']) || undefined);
  const { clusters, loading } = live.useClusters(application);
  const set = (patch: JsonObject): void => onChange({ ...value, context: { ...context, ...patch } });
  const type = text(value['type']);
  return (
    <FieldGrid>
      <OptionField
        label="Holds when"
        value={type}
        options={KINDS}
        onChange={(next) =>
          onChange({
            ...value,
            type: next,
            context:
              next === 'clusterSize'
                ? { comparison: '==', expected: 1, regions: [] }
                : next === 'stageStatus'
                  ? { stageStatus: 'SUCCEEDED' }
                  : {},
          })
        }
      />
      {type === 'expression' ? (
        <>
          <Wide>
            <TextField
              label="Expression"
              required
              mono
              placeholder="${ trigger.buildInfo.number > 1 }"
              value={context['expression']}
              onChange={(expression) => set({ expression: expression ?? '' })}
            />
          </Wide>
          <Wide>
            <TextField
              label="Message when it does not hold"
              value={context['failureMessage']}
              onChange={(failureMessage) => set({ failureMessage })}
            />
          </Wide>
        </>
      ) : type === 'clusterSize' ? (
        <>
          <ChoiceField
            label="Cluster"
            required
            value={context['cluster']}
            choices={{ loading, options: clusters.map(({ cluster }) => ({ value: cluster })) }}
            onChange={(cluster) => set({ cluster })}
          />
          <ChoiceField
            label="Account"
            required
            value={context['credentials']}
            choices={accounts}
            onChange={(credentials) => set({ credentials })}
          />
          <ChoicesField
            label="Regions"
            required
            value={strings(context['regions'])}
            choices={regions}
            onChange={(next) => set({ regions: next })}
          />
          <OptionField
            label="Comparison"
            value={text(context['comparison']) || '=='}
            options={COMPARISONS}
            onChange={(comparison) => set({ comparison })}
          />
          <NumberOrExpressionField
            label="Server groups"
            value={context['expected']}
            onChange={(expected) => set({ expected })}
          />
          <SwitchField
            label="Count enabled ones only"
            value={context['onlyEnabledServerGroups'] === true}
            onChange={(onlyEnabledServerGroups) => set({ onlyEnabledServerGroups })}
          />
        </>
      ) : (
        <>
          <ChoiceField
            label="Stage"
            required
            value={context['stageName']}
            choices={{ loading: false, options: upstream.map((stage) => ({ value: text(stage.name) || stage.type })) }}
            onChange={(stageName) => set({ stageName })}
          />
          <OptionField
            label="Has ended as"
            value={text(context['stageStatus']) || 'SUCCEEDED'}
            options={STATUSES}
            onChange={(stageStatus) => set({ stageStatus })}
          />
        </>
      )}
      <Wide>
        <SwitchField
          label="Fail the pipeline when it does not hold"
          help="Otherwise only this branch ends here"
          value={value['failPipeline'] !== false}
          onChange={(failPipeline) => onChange({ ...value, failPipeline })}
        />
      </Wide>
    </FieldGrid>
  );
}

export default defineStageUi({
  type: 'checkPreconditions',
  label: 'Check preconditions',
  description: 'Goes on only when conditions hold',
  group: 'Verify and decide',
  icon: PreconditionsIcon,
  schema: checkPreconditionsSchema,
  defaults: () => ({ preconditions: [{ type: 'expression', failPipeline: true, context: { expression: '' } }] }),
  summary: (stage) => {
    const all = preconditionsOf(stage);
    return all.length === 1 && all[0] ? words(all[0]) : all.length > 1 ? `${all.length} conditions` : '';
  },
  problems: (stage) => {
    const all = preconditionsOf(stage);
    if (all.length === 0) return ['add a condition'];
    return all.flatMap((each, index) => {
      const context = object(each['context']);
      const missing =
        each['type'] === 'expression'
          ? !text(context['expression'])
          : each['type'] === 'clusterSize'
            ? !text(context['cluster']) || strings(context['regions']).length === 0
            : !text(context['stageName']);
      return missing ? [`condition ${index + 1} is incomplete`] : [];
    });
  },
  Form: ({ stage, onChange, application, upstream }) => {
    const all = preconditionsOf(stage);
    const write = (next: readonly JsonObject[]): void => onChange({ preconditions: [...next] });
    return (
      <div className="gk-rows">
        {all.map((each, index) => (
          <div key={index} className="gk-group">
            <div className="gk-row" style={{ justifyContent: 'space-between', marginBottom: 10 }}>
              <h4 className="gk-section-title" style={{ margin: 0 }}>
                Condition {index + 1}
              </h4>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove condition ${index + 1}`}
                onClick={() => write(all.filter((_, at) => at !== index))}
              >
                <CloseIcon size={15} />
              </ActionIcon>
            </div>
            <Precondition
              value={each}
              application={application}
              upstream={upstream}
              onChange={(next) => write(all.map((was, at) => (at === index ? next : was)))}
            />
          </div>
        ))}
        <div>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<PlusIcon size={14} />}
            onClick={() => write([...all, { type: 'expression', failPipeline: true, context: { expression: '' } }])}
          >
            Add condition
          </Button>
        </div>
      </div>
    );
  },
});
