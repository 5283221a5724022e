import { parseArgs } from 'node:util';
import {
  type AccountAudit,
  type AccountVerification,
  type AccountView,
  accountDefinitionSchema,
  cloudAccountRoutes,
  type CredentialsReference,
} from '@gennaker/contracts/cloud-accounts';
import type { Client } from '@gennaker/contracts/route';
import { z } from 'zod';
import { gateNamed, saying } from './gate-client.ts';
import { Sentence } from './up/sentence.ts';

const USAGE = 'See "gennaker accounts --help" for what it can do.';

const OPTIONS = {
  data: { type: 'string' },
  offset: { type: 'string' },
  project: { type: 'string' },
  type: { type: 'string' },
  regions: { type: 'string' },
  endpoint: { type: 'string' },
  environment: { type: 'string' },
  'key-file': { type: 'string' },
  'key-variable': { type: 'string' },
} as const;

type Options = ReturnType<typeof read>['values'];
type Gate = Client<typeof cloudAccountRoutes>;

/** What a command says, and whether all is well. */
interface Told {
  readonly text: string;
  readonly ok?: boolean;
}

/**
 * `gennaker accounts`: shows, adds, changes, verifies and removes accounts through gate, as whoever owns the data folder.
 * Answers the exit code, 1 where a verification found something missing. @throws Sentence for a wrong command line, a
 * system that does not run, what gate refuses
 */
export async function accounts(root: string, args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  const [deed, name] = positionals;
  const gate = await gateNamed(root, values, cloudAccountRoutes);
  const told = await saying(() => run(gate, deed, name, values));
  process.stdout.write(`${told.text}\n`);
  return told.ok === false ? 1 : 0;
}

async function run(gate: Gate, deed: string | undefined, name: string | undefined, values: Options): Promise<Told> {
  switch (deed) {
    case 'list': {
      const all = await gate.listAccounts({ query: { expand: 'true' } });
      return { text: all.length === 0 ? 'There are no accounts.' : all.map(line).join('\n') };
    }
    case 'show':
      return { text: JSON.stringify(await gate.getAccount({ params: { account: named(name) } }), null, 2) };
    case 'add': {
      const body = definition({ ...changes(values), name: named(name) });
      await gate.addAccount({ body });
      return verified(gate, body.name, `Added ${body.name}.`);
    }
    case 'set': {
      const before = await definitionOf(gate, named(name));
      const body = definition({ ...before, ...changes(values) });
      await gate.updateAccount({ body });
      return verified(gate, body.name, `Changed ${body.name}.`);
    }
    case 'verify':
      return verified(gate, named(name));
    case 'remove':
      await gate.removeAccount({ params: { account: named(name) } });
      return { text: `Removed ${name}. Nothing was changed in the cloud.` };
    case 'history': {
      const lines = await gate.accountHistory({ query: name === undefined ? {} : { account: name } });
      return { text: lines.length === 0 ? 'Nothing was changed yet.' : lines.map(auditLine).join('\n') };
    }
    default:
      throw new Sentence(USAGE);
  }
}

async function verified(gate: Gate, account: string, before?: string): Promise<Told> {
  const found = await gate.verifyAccount({ params: { account } }, { deadlineMs: 60_000 });
  return { text: [...(before === undefined ? [] : [before]), ...report(found)].join('\n'), ok: found.ok };
}

function report({ account, ok, checks, missingPermissions }: AccountVerification): string[] {
  const width = Math.max(...checks.map(({ outcome }) => outcome.length));
  return [
    ...checks.map(({ outcome, name, reason }) => {
      const next = outcome === 'ok' || reason.next === undefined ? '' : ` ${reason.next}.`;
      return `  ${outcome.padEnd(width)}  ${name}: ${reason.summary}.${next}`;
    }),
    ...(missingPermissions.length > 0 ? [`Missing permissions: ${missingPermissions.join(', ')}`] : []),
    ok ? `${account} works.` : `${account} does not work as it is.`,
  ];
}

/** The definition of an account that was added. */
async function definitionOf(gate: Gate, name: string): Promise<Record<string, unknown>> {
  const { type } = await gate.getAccount({ params: { account: name } });
  const all = await gate.listAccountDefinitions({ params: { type }, query: { limit: 1000 } });
  const found = all.find((one) => one.name === name);
  if (!found) throw new Sentence(`There is no account ${name}.`);
  const { source: _source, readOnly: _readOnly, updatedAt: _updatedAt, updatedBy: _updatedBy, ...rest } = found;
  return rest;
}

/** What the options say. */
function changes(values: Options): Record<string, unknown> {
  const { project, type, regions, endpoint, environment } = values;
  const credentials = referenceOf(values);
  return {
    ...(project === undefined ? {} : { project }),
    ...(type === undefined ? {} : { type }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(environment === undefined ? {} : { environment }),
    ...(regions === undefined ? {} : { regions: regions.split(',').map((region) => region.trim()) }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function referenceOf(values: Options): CredentialsReference | undefined {
  const { 'key-file': path, 'key-variable': variable } = values;
  if (path !== undefined && variable !== undefined)
    throw new Sentence('A key is in a file or in a variable: use --key-file or --key-variable, not both.');
  if (path !== undefined) return { type: 'file', path };
  return variable === undefined ? undefined : { type: 'environment', variable };
}

/** Checks a definition before gate is called, so that each option is told by its name. */
function definition(made: Record<string, unknown>) {
  const parsed = accountDefinitionSchema.safeParse({ regions: ['us-central1'], ...made });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Sentence(`The account is not complete: ${problems.join('; ')}.\n${USAGE}`);
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, { cause: error });
  }
}

function named(name: string | undefined): string {
  if (name === undefined) throw new Sentence(USAGE);
  return name;
}

function line(account: AccountView): string {
  const { inventory } = account;
  const state =
    account.problem ??
    (inventory?.error === undefined
      ? `${inventory?.serverGroups ?? 0} server groups, ${inventory?.instances ?? 0} instances`
      : `does not answer: ${inventory.error}`);
  const where = account.regions.map(({ name }) => name).join(', ');
  const source = account.source === 'added' ? 'added' : 'gennaker.yml';
  return `${account.name}  ${account.type} ${account.project ?? ''} (${where}), ${source}; ${state}`;
}

const text = z.string().or(z.unknown().transform((value) => JSON.stringify(value)));

function auditLine(entry: AccountAudit): string {
  const fields = entry.changes.map(({ field, before, after }) =>
    before === undefined
      ? `${field} ${text.parse(after ?? 'none')}`
      : `${field} ${text.parse(before)} -> ${text.parse(after ?? 'none')}`,
  );
  const what = fields.length > 0 && entry.action === 'changed' ? `: ${fields.join('; ')}` : '';
  return `${new Date(entry.at).toISOString()}  ${entry.user} ${entry.action} ${entry.account}${what}`;
}
