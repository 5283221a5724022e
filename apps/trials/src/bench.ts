import { parseArgs } from 'node:util';
import { printBench } from './bench/engine/print.ts';
import { profileOrca } from './bench/engine/profile.ts';
import { ROWS } from './bench/engine/rows.ts';
import { runBench } from './bench/engine/run.ts';

const HELP = `gennaker bench: measures the product beside floors and peers that run in the same minutes on the same servers.

  npm run bench -- engine [--rounds 5] [--only ROW,ROW] [--quick] [--profile]

It starts a PostgreSQL (fsync and synchronous commit on) and a Redis of its own and one orca process, and starts
pipelines through orca's HTTP API while one reader follows the event stream; gate's hop is not in these rows.
The ratio is the median over the rounds; --profile tells first where orca's own time goes. The rows:
${ROWS.flatMap(({ name, figures }) => figures.map(({ metric, of }) => `  ${name.padEnd(12)} ${metric}; beside: ${of}`)).join('\n')}

Ends with one line of JSON; exit code 0 only when every row reaches its bound.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    rounds: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
});
if (values.help || positionals[0] !== 'engine') {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 1);
}
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const unknown = values.only?.split(',').find((name) => !ROWS.some((row) => row.name === name));
if (unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(
    unknown === undefined
      ? `--rounds "${values.rounds}" is no number of rounds: give 1 or more.\n`
      : `There is no row "${unknown}"; there are: ${ROWS.map((row) => row.name).join(', ')}.\n`,
  );
  process.exit(1);
}
const chosen = ROWS.filter(({ name }) => !values.only || values.only.split(',').includes(name));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
if (values.profile) await profileOrca(say);
const results = await runBench(chosen, { rounds, quick: values.quick, say });
process.exitCode = printBench('engine', results, say) ? 0 : 1;
