import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Reason } from '@gennaker/contracts/execution';
import { ServiceError } from '@gennaker/contracts/error';
import { type OwnedProcess, type ProcessEnd, startProcess } from '@gennaker/runner/owned-process';
import type { Account } from '@gennaker/service/config';
import { type BakeOutcome, type BakeRow, type Claim, recordCheckout } from './bake-store.ts';
import type { Bakery } from './bakery.ts';
import { failingLine } from './failing-line.ts';
import { type Image, keyLabel } from './images.ts';
import { checkOut, discard, parsePackageList, writeImageFacts } from './root-file-system.ts';
import { loadTemplate, type Template } from './templates.ts';

const BAKE_TIMEOUT_MS = 30 * 60_000;
/** Where package files stand inside the image while they are installed. */
const STAGING = '/var/cache/gennaker';
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a run of a bake works with. */
export interface BakeRun {
  readonly bakery: Bakery;
  readonly row: BakeRow;
  readonly claim: Claim;
  /** Aborts on cancel, on stop and when the claim is lost. */
  readonly signal: AbortSignal;
}

/**
 * Makes the image of a claimed bake. The image itself is the commit: a run that finds it there has nothing to do, so any
 * number of interrupted runs leave one image.
 */
export async function runBake(run: BakeRun): Promise<BakeOutcome> {
  const { bakery, row, claim } = run;
  const account = await bakery.account(row.plan.account);
  const log = await openLog(bakery.logFile(row.id), claim.epoch);
  const work = bakery.workFolder(row.id, claim.epoch);
  try {
    const here = await bakery.images(account).settled(row.image_name, run.signal);
    if (here) {
      await log(`The image ${here.name} is there already: nothing to bake.`);
      return succeeded(here, `The image ${here.name} was there already`);
    }
    if (row.checkout) await discard(account, row.checkout);
    const template = await loadTemplate(row.plan.template.file);
    await mkdir(join(work, 'tmp'), { recursive: true });
    await log(`Baking ${row.image_name} from ${row.plan.baseImage.name} with ${template.file}.`);
    return template.kind === 'file-system'
      ? await bakeFileSystem(run, account, template, work, log)
      : await bakeMachine(run, account, template, work, log);
  } catch (error) {
    if (run.signal.aborted) throw error;
    const summary = error instanceof Error ? error.message : String(error);
    const fix = error instanceof ServiceError ? error.details.fix : undefined;
    await log(`The bake failed: ${summary}`);
    return failed(summary, fix, {});
  } finally {
    // Attempts that were killed could not clean up after themselves.
    for (let epoch = 1; epoch <= claim.epoch; epoch++)
      await rm(bakery.workFolder(row.id, epoch), { recursive: true, force: true });
  }
}

type Log = (line: string) => Promise<void>;

async function bakeFileSystem(
  run: BakeRun,
  account: Account,
  template: Template,
  work: string,
  log: Log,
): Promise<BakeOutcome> {
  const { bakery, row, claim, signal } = run;
  const checkout = await checkOut(account, row.plan.baseImage.name, signal);
  try {
    if (!(await recordCheckout(bakery.db.pool, claim, checkout.id))) throw new Error('the claim was lost');
    const packageList = join(work, 'packages.tsv');
    const variables = {
      ...(await packageVariables(bakery, row)),
      image_root: checkout.root,
      package_list: packageList,
      enter: enterCommand(checkout.root),
      apt_get: ['apt-get', '-o', 'APT::Sandbox::User=root', '-o', 'Dpkg::Use-Pty=0'],
      dpkg_query: ['dpkg-query', '-W', '-f', '${Package}\\t${Version}\\t${Architecture}\\n'],
    };
    const end = await runPacker(run, template, work, variables, {});
    if (end.exitCode !== 0) return await packerFailed(bakery, row, end);
    const packages = parsePackageList(await readFile(packageList, 'utf8'));
    const warning = await writeImageFacts(checkout, { description: row.plan.description, packages });
    if (warning) await log(warning);
    signal.throwIfAborted();
    const image = await bakery.images(account).insert(
      {
        name: row.image_name,
        description: row.plan.description,
        source: checkout.source,
        sourceImage: row.plan.baseImage.selfLink,
        key: row.key,
      },
      signal,
    );
    await log(`The image ${image.name} is ready, with ${packages.length} packages.`);
    return succeeded(image, `The image ${image.name} was baked`);
  } finally {
    await discard(account, checkout.id);
  }
}

async function bakeMachine(
  run: BakeRun,
  account: Account,
  template: Template,
  work: string,
  log: Log,
): Promise<BakeOutcome> {
  const { bakery, row } = run;
  const text = (name: string) => (typeof account[name] === 'string' ? { [name]: account[name] } : {});
  const end = await runPacker(run, template, work, await packageVariables(bakery, row), {
    project_id: account.project,
    key_label: keyLabel(row.key),
    ...text('account_file'),
    ...text('zone'),
    ...text('network'),
    ...text('subnetwork'),
  });
  if (end.exitCode !== 0) return packerFailed(bakery, row, end);
  const image = await bakery.images(account).find(row.image_name);
  if (!image) return failed(`Packer ended well, but there is no image ${row.image_name}`, undefined, {});
  await log(`The image ${image.name} is ready.`);
  return succeeded(image, `The image ${image.name} was baked`);
}

/** Variables of both playbooks. */
async function packageVariables(bakery: Bakery, row: BakeRow): Promise<Record<string, unknown>> {
  const files: { path: string; file_name: string }[] = [];
  for (const file of row.plan.files)
    files.push({ path: await bakery.packageFiles.path(file), file_name: file.fileName });
  return { staging: STAGING, package_files: files, repository_packages: row.plan.repositoryPackages };
}

/** The command line that enters an image: its root as the root, name spaces of its own, nothing of our environment. */
function enterCommand(root: string): string[] {
  const environment = { PATH: SYSTEM_PATH, HOME: '/root', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const enter = `bwrap --die-with-parent --dev /dev --proc /proc --chdir / --unshare-pid --unshare-uts --unshare-ipc --hostname bakery --clearenv`;
  const [program = '', ...options] = enter.split(' ');
  return [
    program,
    '--bind',
    root,
    '/',
    ...options,
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}

async function runPacker(
  run: BakeRun,
  template: Template,
  work: string,
  ansible: Record<string, unknown>,
  more: Record<string, string>,
): Promise<ProcessEnd> {
  const { bakery, row } = run;
  const ansibleVariables = join(work, 'ansible.json');
  await writeFile(ansibleVariables, JSON.stringify(ansible));
  const all: Record<string, string> = {
    ...row.plan.variables,
    ...more,
    packages: [...row.plan.files.map((file) => file.fileName), ...row.plan.repositoryPackages].join(' '),
    source_image: row.plan.baseImage.name,
    target_image: row.image_name,
    playbook: template.playbook,
    ansible_variables: ansibleVariables,
  };
  const declared = Object.fromEntries(Object.entries(all).filter(([name]) => template.variables.includes(name)));
  const variableFile = join(work, 'variables.json');
  await writeFile(variableFile, JSON.stringify(declared));
  const tmp = join(work, 'tmp');
  const packer = await startProcess({
    // A bake gives way to what serves requests on the same machine.
    command: ['nice', '-n', '10', 'packer', 'build', '-color=false', `-var-file=${variableFile}`, template.path],
    cwd: work,
    env: {
      PATH: [...bakery.tools, SYSTEM_PATH].join(':'),
      HOME: work,
      // Packer's sockets are made there, and a socket's path has at most 107 characters, however deep the data folder is.
      TMPDIR: relative(work, tmp),
      LC_ALL: 'C.UTF-8',
      CHECKPOINT_DISABLE: '1',
      ANSIBLE_CONFIG: template.ansibleConfig,
      ANSIBLE_LOCAL_TEMP: tmp,
      ANSIBLE_REMOTE_TMP: tmp,
    },
    logFile: bakery.logFile(row.id),
    timeoutMs: BAKE_TIMEOUT_MS,
  });
  const end = await endOrAbort(packer, run.signal);
  run.signal.throwIfAborted();
  return end;
}

async function endOrAbort(process: OwnedProcess, signal: AbortSignal): Promise<ProcessEnd> {
  const cancel = () => process.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await process.ended;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function packerFailed(bakery: Bakery, row: BakeRow, end: ProcessEnd): Promise<BakeOutcome> {
  const log = await readFile(bakery.logFile(row.id), 'utf8').catch(() => '');
  const attempt = log.slice(Math.max(0, log.lastIndexOf(ATTEMPT_MARK)));
  const line = end.cause === 'exited' ? failingLine(attempt) : undefined;
  return failed(
    line ?? end.summary.replace(/^nice\b/, 'packer'),
    'Read the log, correct the package and run the pipeline again',
    {
      exitCode: end.exitCode,
      cause: end.cause,
    },
  );
}

const ATTEMPT_MARK = '--- attempt ';

async function openLog(path: string, epoch: number): Promise<Log> {
  await mkdir(dirname(path), { recursive: true });
  if (epoch > 1) await appendFile(path, `${ATTEMPT_MARK}${epoch}: the one before lost its process\n`);
  return (line) => appendFile(path, `${line}\n`);
}

function succeeded(image: Image, summary: string): BakeOutcome {
  return {
    kind: 'image',
    image: { name: image.name, id: image.id, selfLink: image.selfLink },
    reason: { summary },
  };
}

function failed(summary: string, next: string | undefined, evidence: Record<string, unknown>): BakeOutcome {
  const reason: Reason = { summary, evidence, ...(next ? { next } : {}) };
  return { kind: 'failed', reason };
}
