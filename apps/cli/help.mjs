// Texts of --help; plain JavaScript so that they are there before anything is installed, on any Node.

export const commands = {
  up: {
    about: 'start the whole platform here (npm start)',
    usage: 'npm start -- [--offset N] [--data DIR] [--split orca=2,clouddriver]',
    text: `Installs what is missing, starts PostgreSQL, Redis, the local cloud and all services,
applies migrations, seeds the demo and prints where everything is. Ctrl-C stops it; data stays.

  --offset N     adds N to every port, so that several systems run side by side (default 0)
  --data DIR     keeps databases, images, logs and passwords in DIR (default .gennaker/data)
  --split LIST   runs services as processes of their own: a name, or name=count
                 (deck gate orca front50 clouddriver rosco igor echo)

Environment: DATABASE_URL and REDIS_URL use servers of your own instead of the embedded ones;
GENNAKER_CONFIG (default gennaker.yml here, when it exists) names the configuration file.`,
  },
  users: {
    about: 'list, add and change users; turn authentication on and off',
    usage: 'npx gennaker users list|add|set|remove|off|on [NAME] [options]',
    text: `Works on the running system of a data folder (--data DIR, --offset N).
  list
  add NAME [--admin] [--roles a,b] [--email E] [--password-stdin | --service]
  set NAME [--roles a,b] [--admin | --no-admin] [--enable | --disable] [--email E] [--password | --password-stdin]
  remove NAME
  off, on
The first user must be an administrator, and turns authentication on. The password is asked for.`,
  },
  accounts: {
    about: 'list, add, change, verify and remove accounts of clouds',
    usage: 'npx gennaker accounts list|show|add|set|verify|remove|history [NAME] [options]',
    text: `Works on the running system of a data folder (--data DIR, --offset N); no restart is needed.
  list
  show NAME
  add NAME --project ID --regions a,b [--type gce] [--endpoint URL] [--environment prod]
           [--image-projects a,b] [--challenge]
           [--key-file PATH | --key-variable NAME | --application-default]
  set NAME, with the same options: what is not named stays; --no-endpoint, --no-environment,
           --no-image-projects, --no-challenge and --no-credentials take it away
  verify NAME      tries what works, and says which permission or quota is missing; changes nothing
  remove NAME
  history [NAME]
add and set try the account first, and keep nothing of one that fails:
  --dry-run        only tries it
  --force          keeps it all the same
--challenge has the UI ask for the account's name before anything is destroyed; --image-projects names further projects
whose images may be used. A key is never given itself: PATH is a file within the folder "credentials" of the data
folder, NAME a variable of clouddriver's process. Without either, an endpoint is called without credentials, and Google
with its application default credentials. Exit code: 1 where something fails.`,
  },
  locks: {
    about: 'show who changes which cluster now, and who waits',
    usage: 'npx gennaker locks [--data DIR] [--offset N]',
    text: 'Lists the cluster locks of the system that runs on a data folder, with the queue behind each holder.',
  },
  plan: {
    about: 'tell what a pipeline would do as things are now, without starting it',
    usage:
      'npx gennaker plan PIPELINE [--application A] [--parameter NAME=VALUE]... [--json] [--data DIR] [--offset N]',
    text: `Shows the stages of a pipeline (its name or id) with what they would do against live clouds: the server
groups that they would make, what serves now, the steps of the strategy, what clouds and traffic guards say.

  --application A         the pipeline's application, where several have one of that name
  --parameter NAME=VALUE  a parameter of the start; the others are as the pipeline has them
  --json                  the plan as JSON

Exit code: 0 nothing speaks against it; 2 something would not go well, or live state is unknown; 1 no plan was made.`,
  },
  undo: {
    about: 'take back what an execution did to clouds',
    usage: 'npx gennaker undo EXECUTION [--dry-run] [--force] [--data DIR] [--offset N]',
    text: `Shows what takes each change of an execution back, the last one first, against what is live now, and starts it.

  --dry-run      only shows it
  --force        also when something changed since, or when a part cannot be taken back`,
  },
  import: {
    about: 'take over applications, pipelines and templates from Spinnaker',
    usage: 'npx gennaker import FILE|FOLDER|GATE_URL... [options]',
    text: `Reads JSON (also with comments), lists, wrappers, Front50 exports, PaCRD YAML, templates of schema v2, dinghyfiles
without modules, JSON in markdown, or a live gate. Each stage is judged by its type's schema: mapped, approximated or
unsupported, with place and reason. A pipeline that is wholly supported is rehearsed on the simulated cloud.
What stays as it is is stored with its exact text. Of a live gate also applications with their permissions,
notifications and strategies, and projects are taken over.

  --dry-run              only tells what it would do; needs no running system
  --application NAME     for documents that name none
  --replace              also where a pipeline of the name exists: as its newest version
  --json                 the report as JSON
  --no-rehearsal         does not run anything on the simulated cloud
  --token-variable NAME  variable with a bearer token for the gate that is read
  --data DIR, --offset N the system to import into

Exit code 1 when something was refused.`,
  },
  export: {
    about: 'write everything that is configured into one file',
    usage: 'npx gennaker export [FILE] [--data DIR] [--offset N]',
    text: `Writes applications, pipelines, strategies, projects, notifications and templates of the running system as one
JSON file (default: the standard output). "gennaker import FILE" puts it into another system, under the same
ids. It holds what pipelines hold: keep it as you keep them.`,
  },
  validate: {
    about: 'check pipelines in files as a save does, for continuous integration',
    usage: 'npx gennaker validate FILE|FOLDER... [--strict] [--account NAME]... [--application NAME]',
    text: `Reads what "gennaker import" reads, and prints errors and warnings with place and fix. Needs no running system.

  --strict         warnings fail too
  --account NAME   an account that the system will have (may be repeated)`,
  },
  evaluate: {
    about: 'evaluate expressions of pipelines without a running system',
    usage: 'npx gennaker evaluate --context FILE [--in FILE] [EXPRESSION...]',
    text: `Prints a JSON list of {expr, ok, value, error}, in the order of the expressions.

  --context FILE   a JSON object: the names that expressions see (execution, trigger, parameters...)
  --in FILE        a JSON list of objects with "expr", without \${ }; default: the standard input, unless
                   expressions are given as arguments

A missing key read by a dot is an error, as at a pipeline's start. Dates are in UTC. Nothing is asked of
the outside: #pipelineId answers "pid-NAME", #pipelineIdOrNull null, #fromUrl "body", #jsonFromUrl and
its like the context's "jsonDoc", #canaryConfigNameToId "cc", #applicationMetadata an empty map; where the
context has no bound artifact of a name, the trigger's first stands in, and "v1" for a manifest's label.`,
  },
  where: {
    about: 'print the addresses of the running system',
    usage: 'npx gennaker where [--data DIR]',
    text: 'Prints the addresses, process ids and logs of the system that runs on a data folder.',
  },
  doctor: {
    about: 'check this machine and say what to mend',
    usage: 'npx gennaker doctor [--offset N] [--data DIR]',
    text: 'Checks platform, Node, tools, user name spaces, ports and the data folder; each problem comes with its fix.',
  },
  test: {
    about: 'test pipelines',
    usage: 'npm run gennaker -- test [--watch] [FILES or FOLDERS]',
    text: `Runs tests of pipelines: files named *.pipeline.test.ts, here or where you say. They run on the real
engine in virtual time with a simulated cloud: nothing is deployed, and a day takes milliseconds.

  --watch        runs them again whenever one of them, or what it imports, changes
  --only TEXT    runs the tests whose names contain TEXT

See docs/guide/test-your-pipelines.md.`,
  },
  'self-test': {
    about: "run this repository's own tests (npm test)",
    usage: 'npm test -- [vitest arguments, such as --project unit or a path]',
    text: 'Installs what tests need (also Chromium), runs vitest on unit, int, ui and e2e, and ends with "N passed, N failed".',
  },
  check: {
    about: 'types, lint, format, dependency rules, unused code, generated files (npm run check)',
    usage: 'npm run check -- [names of checks]',
    text: 'Runs every check, or those named; each prints its time and, when it fails, what it found.',
  },
  ci: {
    about: 'check and test, as continuous integration runs them (.ci/run)',
    usage: '.ci/run',
    text: 'Runs all checks and all tests; the last line is "N passed, N failed", where a check counts as one.',
  },
  gen: {
    about: 'write generated files',
    usage: 'npm run gen -- [--check]',
    text: 'Writes extension registries and OpenAPI documents; with --check only says which are stale.',
  },
  demo: { about: 'play the demo', usage: 'npm run demo', text: 'Plays the demo on the running system, or starts one.' },
  bench: {
    about: 'measure',
    usage: 'npm run bench -- engine|cloudlab|inventory|deploy|api|triggers [options]',
    text: `Measures beside floors and peers that run in the same minutes on the same servers. Exit code 0 when every row
reaches its bound; the last line is JSON.

  engine      executions, stages and their lateness, beside DBOS, BullMQ and PostgreSQL alone
  cloudlab    what load balancers of the local cloud add, whether shares are true, requests while backends change
  inventory   what 50 accounts with 5,000 instances add
  deploy      what a deploy takes longer than the Compute API alone
  api         lists and searches over 200,000 executions
  triggers    webhooks a second, and how soon they are answered

"npm run bench" alone prints the options and rows of each.`,
  },
  chaos: {
    about: 'break things on purpose',
    usage: 'npm run chaos -- kills|engine|operations|deploy|triggers [options]',
    text: `Breaks systems of its own and checks that nothing is lost and nothing exists twice. Exit code 0 when all is well;
the last line is JSON.

  kills        a whole delivery, with services or everything killed in the middle
  engine       mixed pipelines on two orcas while PostgreSQL, Redis, clocks and processes fail
  operations   changes of clouds, with clouddriver killed at every write of its journal
  deploy       deploys under load, with a trouble for each
  triggers     webhooks, each twice, while gate and echo are killed

"npm run chaos" alone prints the options, faults and plants of each.`,
  },
};

/** @param {string | undefined} name */
export function help(name) {
  const command = name === undefined ? undefined : commands[name];
  if (command) return `gennaker ${name}: ${command.about}\n\n  ${command.usage}\n\n${command.text}\n`;
  const width = Math.max(...Object.keys(commands).map((key) => key.length));
  const lines = Object.entries(commands).map(([key, { about }]) => `  ${key.padEnd(width)}  ${about}`);
  return `gennaker COMMAND\n\n${lines.join('\n')}\n\nEach command explains itself with --help.\n`;
}
