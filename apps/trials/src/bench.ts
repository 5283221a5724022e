import { parseArgs } from 'node:util';
import { API_ROWS } from './bench/api/lists.ts';
import { runApiBench } from './bench/api/run.ts';
import { CLOUDLAB_PARTS, runCloudlabBench } from './bench/cloudlab/run.ts';
import { runDeployBench } from './bench/deploy/run.ts';
import { printBench } from './bench/engine/print.ts';
import { profileOrca } from './bench/engine/profile.ts';
import { ROWS } from './bench/engine/rows.ts';
import { runBench } from './bench/engine/run.ts';
import { runInventoryBench } from './bench/inventory/run.ts';
import { runTriggerBench } from './bench/triggers/run.ts';

const HELP = `gennaker bench: measures the product beside floors and peers that run in the same minutes on the same servers.

  npm run bench -- engine [--rounds 5] [--only ROW,ROW] [--quick] [--profile]
  npm run bench -- cloudlab [--rounds 5] [--minutes 10] [--only latency,shares,churn] [--quick]
  npm run bench -- inventory [--quick]
  npm run bench -- deploy [--rounds 5] [--quick] [--profile] [--offset 4300]
  npm run bench -- api [--rounds 5] [--only ROW,ROW] [--quick]
  npm run bench -- triggers [--rounds 5] [--quick] [--profile]

engine: it starts a PostgreSQL (fsync and synchronous commit on) and a Redis of its own and one orca process, as --split orca
would, and starts
pipelines through orca's HTTP API while one reader follows the event stream; gate's hop is not in these rows.
The ratio is the median over the rounds; --profile tells first where orca's own time goes. The rows:
${ROWS.flatMap(({ name, figures }) => figures.map(({ metric, of }) => `  ${name.padEnd(12)} ${metric}; beside: ${of}`)).join('\n')}

cloudlab: it starts a local cloud of its own with 64 instances behind 8 load balancers. Each round sends 2000 requests a
second, whether answers come or not, directly to instances and through their load balancer. Then 100,000 requests are
counted by who answers, in each of three configurations. Then backends are added, drained and removed for --minutes under
load, and no request may fail.

inventory: it fills 50 projects of a local cloud with 5000 simulated instances, and measures what watching them adds to
a clouddriver with one idle account while nothing changes; then how soon a change by others is seen. About 20 minutes.

deploy: it starts a whole system. In each round 4 instances are made beside a running version, behind the same load balancer,
once by Compute API calls alone and once by a pipeline with a red/black deploy; what the pipeline takes longer is ours, but
for the second that a newcomer has to stay healthy. --profile tells when each task of a deploy began.

api: it starts gate, front50, orca, echo and clouddriver on stores of its own and fills them with 2,000 applications,
10,000 pipelines and 200,000 executions (--quick: a tenth). Each list of gate at its default page, each way to search
executions and the first byte of each list of everything stand beside a hand-written statement, in turn.

triggers: it starts gate, echo, front50 and orca on stores of its own. Each round sends webhooks that start an execution each,
50 in flight, and then at half of that rate whether answers come or not; a server that only stores them stands beside.
--profile tells in place of that where the services' time goes.

Ends with one line of JSON; exit code 0 only when every row reaches its bound.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    rounds: { type: 'string' },
    minutes: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    offset: { type: 'string', default: '4300' },
  },
});
const [bench = ''] = positionals;
if (values.help || !['engine', 'cloudlab', 'inventory', 'deploy', 'api', 'triggers'].includes(bench)) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 1);
}
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const names: readonly string[] =
  bench === 'cloudlab' ? CLOUDLAB_PARTS : (bench === 'api' ? API_ROWS : ROWS).map(({ name }) => name);
const wanted = values.only?.split(',') ?? names;
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(
    unknown === undefined
      ? `--rounds "${values.rounds}" is no number of rounds: give 1 or more.\n`
      : `There is no row "${unknown}"; there are: ${names.join(', ')}.\n`,
  );
  process.exit(1);
}
const chosen = ROWS.filter(({ name }) => wanted.includes(name));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
if (bench === 'cloudlab') {
  const minutes = Number(values.minutes ?? (values.quick ? 1 : 10));
  if (!(minutes > 0)) {
    process.stderr.write(`--minutes "${values.minutes}" is no time: give a number above 0.\n`);
    process.exit(1);
  }
  const outcome = await runCloudlabBench({ rounds, quick: values.quick, minutes, only: wanted, say });
  process.exit(printBench('cloudlab', outcome, say) ? 0 : 1);
}
if (bench === 'api') {
  const outcome = await runApiBench({ rounds, quick: values.quick, only: wanted, say });
  process.exit(printBench('api', outcome, say) ? 0 : 1);
}
if (bench === 'triggers') {
  const outcome = await runTriggerBench({ rounds, quick: values.quick, profile: values.profile, say });
  if (values.profile) process.exit(0);
  process.exit(printBench('triggers', outcome, say) ? 0 : 1);
}
if (bench === 'inventory') {
  const outcome = await runInventoryBench({ quick: values.quick, say });
  process.exit(printBench('inventory', outcome, say) ? 0 : 1);
}
if (bench === 'deploy') {
  const offset = Number(values.offset);
  if (!Number.isInteger(offset) || offset < 0 || offset > 50_000) {
    process.stderr.write(`--offset "${values.offset}" is no offset of ports: give a whole number from 0 to 50000.\n`);
    process.exit(1);
  }
  const outcome = await runDeployBench({ rounds, offset, profile: values.profile, say });
  process.exit(printBench('deploy', outcome, say) ? 0 : 1);
}
if (values.profile) await profileOrca(say);
const results = await runBench(chosen, { rounds, quick: values.quick, say });
process.exitCode = printBench('engine', results, say) ? 0 : 1;
