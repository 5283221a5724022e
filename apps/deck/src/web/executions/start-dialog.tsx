import { Button, Checkbox, Group, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Pipeline } from '@gennaker/contracts/front50';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { list, object, text } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import { useDebouncedValue } from '@mantine/hooks';
import { useStart } from '../queries/executions.ts';
import { usePlan } from '../queries/insight.ts';
import { PlanView } from './plan-view.tsx';
import { ArtifactPicker, type PickedArtifacts } from '../artifacts/artifact-picker.tsx';
import { expectedArtifactsOf } from '../queries/artifacts.ts';
import { Dialog } from '../shell/dialog.tsx';

/** A pipeline's parameter, as its JSON writes it. */
interface Parameter {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly required: boolean;
  readonly options: readonly string[];
  readonly fallback: string;
}

/** The parameters of a pipeline. */
export function parametersOf(pipeline: Pipeline): Parameter[] {
  return (pipeline.parameterConfig ?? []).map((each) => ({
    name: each.name,
    label: text(each['label']) || each.name,
    description: text(each['description']),
    required: each['required'] === true,
    options:
      each['hasOptions'] === true
        ? list(each['options'])
            .map((option) => text(object(option)['value']) || text(option))
            .filter(Boolean)
        : [],
    fallback: text(each['default']),
  }));
}

/** Quiet (ms) after which what was typed is planned. */
const PLAN_AFTER_MS = 300;

/** Asks for parameters, shows what would happen, and starts a pipeline. */
export function StartDialog({
  pipeline,
  running,
  onClose,
}: {
  readonly pipeline: Pipeline;
  readonly running: number;
  readonly onClose: () => void;
}) {
  const start = useStart(pipeline.application);
  const parameters = parametersOf(pipeline);
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(parameters.map(({ name, fallback }) => [name, fallback])),
  );
  const [picked, setPicked] = useState<PickedArtifacts>({});
  const [again, setAgain] = useState(running === 0);
  const missing = parameters.filter(({ name, required }) => required && !values[name]);
  const [settled] = useDebouncedValue(values, PLAN_AFTER_MS);
  const plan = usePlan(
    pipeline,
    settled,
    parameters.every(({ name, required }) => !required || settled[name]),
  );
  // What waits for its turn does not meet those that run.
  const queues = plan.data?.queue !== undefined;
  const set = (name: string, value: string): void => setValues((was) => ({ ...was, [name]: value }));
  return (
    <Dialog onClose={onClose} title={`Start ${pipeline.name}`} size="lg">
      <form
        style={{ display: 'grid', gap: 14 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (missing.length > 0) return;
          start.mutate(
            { pipeline: pipeline.name, parameters: values, artifacts: Object.values(picked) },
            {
              onSuccess: () => {
                notifications.show({ message: `${pipeline.name} has started`, autoClose: 3000 });
                onClose();
              },
            },
          );
        }}
      >
        {running > 0 && !queues ? (
          <Note
            look="paused"
            title={running === 1 ? 'It is running already' : `${running} executions are running already`}
            why="Starting it again may change the same clusters."
          >
            <Checkbox
              mt={8}
              size="xs"
              label="Start it all the same"
              checked={again}
              onChange={(event) => setAgain(event.currentTarget.checked)}
            />
          </Note>
        ) : null}
        {parameters.length === 0 ? (
          <p className="dialog-text" style={{ margin: 0 }}>
            It asks for no parameters.
          </p>
        ) : null}
        {parameters.map(({ name, label, description, required, options }, index) =>
          options.length > 0 ? (
            <Select
              key={name}
              label={label}
              description={description}
              withAsterisk={required}
              data={[...new Set(options)]}
              value={values[name] || null}
              onChange={(value) => set(name, value ?? '')}
              {...(index === 0 ? { 'data-autofocus': true } : {})}
            />
          ) : (
            <TextInput
              key={name}
              label={label}
              description={description}
              withAsterisk={required}
              value={values[name] ?? ''}
              onChange={(event) => set(name, event.currentTarget.value)}
              {...(index === 0 ? { 'data-autofocus': true } : {})}
            />
          ),
        )}
        {expectedArtifactsOf(pipeline).length > 0 ? (
          <ArtifactPicker pipeline={pipeline} picked={picked} onPick={setPicked} />
        ) : null}
        {missing.length > 0 ? null : <PlanView plan={plan} />}
        {start.isError ? <ErrorPanel title="It was not started" error={start.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={start.isPending} disabled={!(again || queues) || missing.length > 0}>
            Start
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
