import { parseArgs } from 'node:util';
import { printReport } from '@gennaker/app-demo/report';
import { DEPLOY_PLANTS } from './chaos/deploy/perform.ts';
import { deployChaos, WrongOption } from './chaos/deploy/run.ts';
import { ENGINE_FAULTS } from './chaos/engine/faults.ts';
import { ENGINE_PLANTS } from './chaos/engine/plants.ts';
import { engineChaos } from './chaos/engine/run.ts';
import { kills, PLANTS, SCENARIOS } from './chaos/kills.ts';
import { TRIGGER_PLANTS } from './chaos/triggers/plants.ts';
import { triggerChaos } from './chaos/triggers/run.ts';

/** Where a long run of deploys keeps what is done. */
const DEPLOY_STATE = '.gennaker/chaos-deploy.json';

const HELP = `gennaker chaos: breaks a running system on purpose and checks that nothing is lost and nothing exists twice.

  npm run chaos -- kills [--only NAME,NAME] [--plant FAULT] [--offset N]
  npm run chaos -- engine [--long] [--seed N] [--faults N] [--executions N] [--only FAULT,FAULT] [--plant FAULT]
                         [--logs FOLDER]
  npm run chaos -- operations [--long] [--only NAME,NAME]
  npm run chaos -- deploy [--long] [--seed N] [--plant FAULT] [--state FILE] [--from N] [--count N]
                         [--data FOLDER | --offset N]
  npm run chaos -- triggers [--webhooks N] [--connections N] [--seed N] [--plant FAULT] [--logs FOLDER]

It starts systems of its own; the scenarios:
${SCENARIOS.map((one) => `  ${one.name.padEnd(18)} ${one.about}`).join('\n')}

"engine" runs mixed pipelines on two orca processes while their surroundings break: ${ENGINE_FAULTS.map(({ name }) => name).join(', ')}.
Two minutes with 15 faults, some of them two at a time; --long is half an hour with 2,000 executions and 200 faults.

"operations" tries the changes of clouds on real instances of the local cloud: clouddriver is killed at every write of
its journal and in every change, while others are refused or fail; --long is every operation
in all of its scenarios, and takes two hours. --only takes operations and scenarios by name.

"deploy" deploys behind an HTTP load balancer under 300 requests a second, with a trouble for each deploy: four times, or
50 times with --long (half an hour), which keeps what is done in --state (${DEPLOY_STATE}) and goes on
there when it is started again; --from N begins at the Nth deploy, --count N does so many at most. --data takes a system
that runs with "--split orca=1,clouddriver=1".

"triggers" sends 10,000 webhooks from 50 connections, each twice under one delivery id, while gate and echo are killed and
started again: each starts exactly one execution, and the event log accounts for every one.

--plant makes the run fail on purpose, to prove that the checks see it: ${PLANTS.join(', ')};
for "engine": ${ENGINE_PLANTS.join(', ')};
for "deploy": ${DEPLOY_PLANTS.join(', ')};
for "triggers": ${TRIGGER_PLANTS.join(', ')}.
Ends with one line of JSON; exit code 0 only when all is well.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    only: { type: 'string' },
    plant: { type: 'string' },
    long: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string' },
    executions: { type: 'string' },
    webhooks: { type: 'string' },
    connections: { type: 'string' },
    logs: { type: 'string' },
    state: { type: 'string' },
    from: { type: 'string' },
    count: { type: 'string' },
    data: { type: 'string' },
    offset: { type: 'string', default: '4007' },
  },
});
const PROGRAMS = { kills: deliveries, engine, operations, deploy: deploys, triggers };
const program = Object.entries(PROGRAMS).find(([name]) => name === positionals[0])?.[1];
if (values.help || !program) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 1);
}
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const refuse = (text: string): never => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};
process.exitCode = (await program()) ? 0 : 1;

/** The whole number that an option gives. */
function number(
  name: 'faults' | 'executions' | 'webhooks' | 'connections' | 'seed' | 'offset',
  otherwise: number,
): number {
  const given = Number(values[name] ?? otherwise);
  return Number.isInteger(given) && given >= 0 ? given : refuse(`--${name} "${values[name]}" is no whole number.`);
}

/** The number from 1 that an option gives; undefined when it is absent. */
function ordinal(name: 'from' | 'count'): number | undefined {
  const given = Number(values[name] ?? 1);
  if (!Number.isInteger(given) || given < 1) return refuse(`--${name} "${values[name]}" is no whole number from 1.`);
  return values[name] === undefined ? undefined : given;
}

async function engine(): Promise<boolean> {
  const plant = ENGINE_PLANTS.find((one) => one === values.plant);
  if (values.plant && !plant)
    return refuse(`There is no fault "${values.plant}" to plant; there are: ${ENGINE_PLANTS.join(', ')}.`);
  const only = values.only?.split(',');
  const unknown = only?.find((name) => !ENGINE_FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined)
    return refuse(`There is no fault "${unknown}"; there are: ${ENGINE_FAULTS.map(({ name }) => name).join(', ')}.`);
  const rows = await engineChaos({
    executions: number('executions', values.long ? 2_000 : 450),
    faults: number('faults', values.long ? 200 : 15),
    seed: number('seed', 1),
    plant,
    only,
    logs: values.logs,
    say,
  });
  return printReport('engine', rows);
}

async function operations(): Promise<boolean> {
  const { OPERATION_SCENARIOS, operationsChaos, unknownScenarios } = await import('./chaos/operations.ts');
  const choice = { long: values.long, only: values.only?.split(',').map((name) => name.trim()) };
  const [unknown] = unknownScenarios(choice.only);
  if (unknown !== undefined) {
    const names = OPERATION_SCENARIOS.map(({ name }) => `  ${name}`).join('\n');
    return refuse(`--only: "${unknown}" is no operation and no scenario. There are:\n${names}`);
  }
  return printReport('operations', await operationsChaos({ ...choice, say }));
}

async function deploys(): Promise<boolean> {
  const plant = DEPLOY_PLANTS.find((one) => one === values.plant);
  if (values.plant && !plant)
    return refuse(`There is no fault "${values.plant}" to plant; there are: ${DEPLOY_PLANTS.join(', ')}.`);
  const rows = await deployChaos({
    long: values.long,
    seed: number('seed', 1),
    plant,
    state: values.state ?? (values.long ? DEPLOY_STATE : undefined),
    from: ordinal('from'),
    count: ordinal('count'),
    data: values.data,
    offset: number('offset', 0),
    say,
  }).catch((error: unknown) => {
    if (error instanceof WrongOption) return refuse(error.message);
    throw error;
  });
  return printReport('deploy', rows);
}

async function triggers(): Promise<boolean> {
  const plant = TRIGGER_PLANTS.find((one) => one === values.plant);
  if (values.plant && !plant)
    return refuse(`There is no fault "${values.plant}" to plant; there are: ${TRIGGER_PLANTS.join(', ')}.`);
  const rows = await triggerChaos({
    webhooks: number('webhooks', 10_000),
    connections: number('connections', 50) || 1,
    seed: number('seed', 1),
    plant,
    logs: values.logs,
    say,
  });
  return printReport('triggers', rows);
}

async function deliveries(): Promise<boolean> {
  const plant = PLANTS.find((one) => one === values.plant);
  if (values.plant && !plant)
    return refuse(`There is no fault "${values.plant}" to plant; there are: ${PLANTS.join(', ')}.`);
  const only = values.only?.split(',');
  const chosen = SCENARIOS.filter(({ name }) => !only || only.includes(name));
  if (chosen.length === 0)
    return refuse(`--only names no scenario; there are: ${SCENARIOS.map(({ name }) => name).join(', ')}.`);
  return printReport('kills', await kills(chosen, Number(values.offset), plant, say));
}
