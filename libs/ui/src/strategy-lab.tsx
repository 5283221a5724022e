import { Button } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import {
  LAB_MOST_INSTANCES,
  type LabRequest,
  type LabResult,
  type LabScenario,
} from '@gennaker/contracts/strategy-lab';
import { useId, useState } from 'react';
import { FieldGrid, NumberField, OptionField } from './fields.tsx';
import { ChevronDownIcon, ChevronRightIcon, FailedIcon, SucceededIcon } from './icons.tsx';
import { LabChart, LabTable } from './lab-chart.tsx';
import { useLiveData } from './live-data.tsx';
import { Note } from './panels.tsx';
import { type JsonObject, object } from './stage-ui.tsx';

const SCENARIOS: readonly { readonly value: LabScenario; readonly label: string }[] = [
  { value: 'goesWell', label: 'All goes well' },
  { value: 'neverHealthy', label: 'The new version never gets healthy' },
  { value: 'answersErrors', label: 'The new version answers errors' },
  { value: 'instanceCrashes', label: 'An instance crashes in the middle' },
];
/** A setting counts when it has rested for so long, ms. */
const REST_MS = 400;

/** What a deploy of a cluster would do, played on a simulated cloud with the settings as they stand in the form. */
export function StrategyLab({ cluster, application }: { readonly cluster: JsonObject; readonly application: string }) {
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  return (
    <section className="gk-lab" aria-label="Strategy lab">
      <Button
        size="compact-sm"
        variant="default"
        aria-expanded={opened}
        aria-controls={id}
        leftSection={opened ? <ChevronDownIcon size={14} /> : <ChevronRightIcon size={14} />}
        onClick={toggle}
      >
        Strategy lab
      </Button>
      <span className="gk-muted"> See capacity and traffic over time before anything is deployed</span>
      <div id={id}>{opened ? <Opened cluster={cluster} application={application} /> : null}</div>
    </section>
  );
}

function Opened({ cluster, application }: { readonly cluster: JsonObject; readonly application: string }) {
  const [scenario, setScenario] = useState<LabScenario>('goesWell');
  const [before, setBefore] = useState<number>();
  const after = playable(object(cluster['capacity'])['desired']);
  const instances = { before: before ?? after, after };
  const wanted: LabRequest = { application, cluster, instances, scenario };
  const [asked] = useDebouncedValue(JSON.stringify(wanted), REST_MS);
  const { result, problem, playing } = useLiveData().useStrategyLab(JSON.parse(asked) as LabRequest);
  const waits = playing || asked !== JSON.stringify(wanted);
  return (
    <div className="gk-lab-opened">
      <FieldGrid>
        <OptionField
          label="What happens"
          value={scenario}
          options={SCENARIOS}
          onChange={(next) => setScenario(SCENARIOS.find(({ value }) => value === next)?.value ?? 'goesWell')}
        />
        <NumberField
          label="Instances that serve before"
          min={1}
          max={LAB_MOST_INSTANCES}
          value={instances.before}
          onChange={(next) => setBefore(next === undefined ? undefined : playable(next))}
          help={`The new version has ${after}, as set above${object(cluster['capacity'])['desired'] === after ? '' : ' as far as the lab can play it'}`}
        />
      </FieldGrid>
      <div className="gk-lab-result" aria-busy={waits}>
        <p role="status" className="gk-lab-summary">
          {waits ? 'Playing the deploy…' : problem ? '' : result?.summary}
        </p>
        {problem ? <Note look="failed" title={problem.message} next={problem.fix} /> : null}
        {result && !problem ? <Played result={result} /> : null}
      </div>
    </div>
  );
}

function Played({ result }: { readonly result: LabResult }) {
  return (
    <>
      <LabChart result={result} />
      {result.reason ? <Note look="paused" title={`Why it failed: ${result.reason.summary}`} /> : null}
      <ul className="gk-lab-invariants" aria-label="What must hold">
        {result.invariants.map(({ id, holds, sentence }) => (
          <li key={id} className="gk-tone" data-look={holds ? 'succeeded' : 'failed'}>
            {holds ? (
              <SucceededIcon className="gk-icon" size={15} aria-label="Holds:" />
            ) : (
              <FailedIcon className="gk-icon" size={15} aria-label="Broken:" />
            )}
            <span>{sentence}</span>
          </li>
        ))}
      </ul>
      <details>
        <summary>Its steps in numbers</summary>
        <div className="gk-lab-scroll" tabIndex={0} role="region" aria-label="Steps of the simulated deploy">
          <LabTable result={result} />
        </div>
      </details>
      <p className="gk-muted gk-lab-assumptions">{result.assumptions.join(' ')}</p>
    </>
  );
}

/** A number of instances that the lab can play. */
function playable(wanted: unknown): number {
  const number = typeof wanted === 'number' && Number.isFinite(wanted) ? Math.round(wanted) : 1;
  return Math.max(1, Math.min(LAB_MOST_INSTANCES, number));
}
