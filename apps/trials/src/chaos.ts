import { parseArgs } from 'node:util';
import { printReport } from '@gennaker/app-demo/report';
import { kills, PLANTS, SCENARIOS } from './chaos/kills.ts';

const HELP = `gennaker chaos: breaks a running system on purpose and checks that nothing is lost and nothing exists twice.

  npm run chaos -- kills [--only NAME,NAME] [--plant FAULT] [--offset N]

It starts systems of its own; the scenarios:
${SCENARIOS.map((one) => `  ${one.name.padEnd(18)} ${one.about}`).join('\n')}

--plant makes the run fail on purpose, to prove that the checks see it: ${PLANTS.join(', ')}.
Ends with one line of JSON; exit code 0 only when all is well.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    only: { type: 'string' },
    plant: { type: 'string' },
    offset: { type: 'string', default: '4007' },
  },
});
if (values.help || positionals[0] !== 'kills') {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 1);
}
const plant = PLANTS.find((one) => one === values.plant);
if (values.plant && !plant) {
  process.stderr.write(`There is no fault "${values.plant}" to plant; there are: ${PLANTS.join(', ')}.\n`);
  process.exit(1);
}
const only = values.only?.split(',');
const chosen = SCENARIOS.filter(({ name }) => !only || only.includes(name));
if (chosen.length === 0) {
  process.stderr.write(`--only names no scenario; there are: ${SCENARIOS.map(({ name }) => name).join(', ')}.\n`);
  process.exit(1);
}
const rows = await kills(chosen, Number(values.offset), plant, (text) => process.stdout.write(`${text}\n`));
process.exitCode = printReport('kills', rows) ? 0 : 1;
