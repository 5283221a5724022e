import { settingsProblems, type StrategyProblem } from '@gennaker/contracts/strategy-settings';
import { ChoiceField, ChoicesField, OptionField, SegmentField, TextField, Wide } from './fields.tsx';
import { useLiveData } from './live-data.tsx';
import type { FieldProblem, JsonObject } from './stage-ui.tsx';
import { strings, text } from './stage-ui.tsx';
import { ReplacementFields, replacementSchema } from './strategy-fields.tsx';

interface Props {
  /** What is made: a cluster of a deploy, or a clone. */
  readonly group: JsonObject;
  readonly onChange: (patch: JsonObject) => void;
  readonly account: string | undefined;
}

/** Stack, detail and image of a new server group. `otherwise`: what holds for each where nothing is said. */
export function NameAndImageFields({
  group,
  onChange,
  account,
  otherwise,
}: Props & {
  readonly otherwise: { readonly stack: string; readonly detail: string; readonly image: string };
}) {
  const images = useLiveData().useImages(account);
  return (
    <>
      <TextField
        label="Stack"
        placeholder={otherwise.stack}
        help="Part of the cluster's name: where it runs"
        value={group['stack']}
        onChange={(stack) => onChange({ stack })}
      />
      <TextField
        label="Detail"
        placeholder={otherwise.detail}
        help="Part of the cluster's name: what it is for"
        value={group['freeFormDetails']}
        onChange={(freeFormDetails) => onChange({ freeFormDetails })}
      />
      <ChoiceField
        label="Image"
        placeholder={otherwise.image}
        value={group['image']}
        choices={images}
        onChange={(image) => onChange({ image })}
      />
    </>
  );
}

/** Load balancers of a new server group, whether it gets traffic, and what becomes of the older ones. `placeholder`: its load balancers where none is chosen. */
export function TrafficFields({
  group,
  onChange,
  account,
  region,
  placeholder,
}: Props & { readonly region: string | undefined; readonly placeholder: string }) {
  const live = useLiveData();
  const balancers = live.useLoadBalancers(account, region);
  const strategy = text(group['strategy']) || 'none';
  const { description, Form, problems, inPlace = false } = live.strategies.find(({ type }) => type === strategy) ?? {};
  const wrong = [...settingsProblems(replacementSchema, undefined, group), ...(problems?.(group) ?? [])];
  const told = (found: StrategyProblem | undefined): string | undefined =>
    found && [found.message, found.fix].filter(Boolean).join(': ');
  const problem: FieldProblem = (field) => told(wrong.find((each) => each.field === field));
  const firstProblem: FieldProblem = (field) =>
    told(wrong.find((each) => each.field === field || each.field.startsWith(`${field}.`)));
  const dark = group['disableTraffic'] === true;
  return (
    <>
      <ChoicesField
        label="Load balancers"
        placeholder={placeholder}
        value={strings(group['loadBalancers'])}
        choices={balancers}
        onChange={(loadBalancers) => onChange({ loadBalancers })}
      />
      <SegmentField
        label="Traffic"
        value={dark ? 'off' : 'on'}
        options={[
          { value: 'on', label: 'On' },
          { value: 'off', label: 'Off (dark)' },
        ]}
        help={
          dark
            ? 'Instances start beside the old ones and get no traffic until a later stage enables them'
            : 'Instances get traffic as soon as they are healthy'
        }
        onChange={(next) => onChange({ disableTraffic: next === 'off', ...(next === 'off' ? { strategy: '' } : {}) })}
      />
      <OptionField
        label="Strategy"
        value={strategy === 'none' ? '' : strategy}
        options={live.strategies.map(({ type, label }) => ({ value: type === 'none' ? '' : type, label }))}
        help={description}
        onChange={(next) => onChange({ strategy: next, ...(next ? { disableTraffic: false } : {}) })}
      />
      {Form ? (
        <Wide>
          <Form cluster={group} onChange={onChange} problem={problem} firstProblem={firstProblem} />
        </Wide>
      ) : null}
      <ReplacementFields cluster={group} onChange={onChange} problem={problem} inPlace={inPlace} />
    </>
  );
}
